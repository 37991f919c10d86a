//! A server on the loopback that answers nothing of use, and keeps the first line of what it is asked.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) struct Loopback {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Loopback {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        // ends with the process
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| answer(stream, &kept)));
        Self { port, requests }
    }

    /// An address of the server.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The first lines of all requests so far. A connection without a request counts, too.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, kept: &Mutex<Vec<String>>) {
    let mut line = String::new();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(1))).unwrap();
    // what is no text is a request, too
    let _ = BufReader::new(&stream).read_line(&mut line);
    kept.lock().unwrap().push(line.trim().to_owned());
    let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}
