//! The server of the board: a request for each connection, of a bounded size and time, and long polling, which costs a task and no
//! thread. It reads the log and the roster from the disk, so that it may be ended and started again at any time.

mod answer;
mod keeper;
mod request;
mod route;
mod service;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use answer::Answer;
use keeper::{Hall, Keeper};

pub use service::Service;

/// So many connections at once: two for each of 200 attendees, and some for the room.
const MOST: usize = 512;
/// A request has to be there within this time, and an answer to be taken.
const HEAD: Duration = Duration::from_secs(5);
const WRITE: Duration = Duration::from_secs(10);
/// How often is looked whether something happened.
const LOOK: Duration = Duration::from_millis(250);

/// A socket that nobody is answered at yet.
pub struct Bound {
    runtime: tokio::runtime::Runtime,
    listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// Takes an address.
    pub fn to(address: SocketAddr) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("tightship-board")
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind(address))?;
        let address = listener.local_addr()?;
        Ok(Self { runtime, listener, address })
    }

    /// Where it listens; with the port that the system chose, if it was to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is told to stop.
    pub fn serve(self, service: Service, stop: &AtomicBool) {
        let mut keeper = Keeper::new(service, self.address.ip().is_loopback());
        keeper.look();
        let hall = keeper.hall();
        let accept = self.runtime.spawn(accept(self.listener, hall));
        while !stop.load(Ordering::SeqCst) {
            thread::sleep(LOOK);
            keeper.look();
        }
        accept.abort();
        self.runtime.shutdown_timeout(Duration::from_millis(200));
    }
}

async fn accept(listener: TcpListener, hall: Arc<Hall>) {
    let places = Arc::new(Semaphore::new(MOST));
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // there are no file handles for now
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            tokio::spawn(write(stream, Answer::text(503, "too many connections"), true));
            continue;
        };
        let hall = Arc::clone(&hall);
        tokio::spawn(async move {
            connection(stream, peer, &hall).await;
            drop(place);
        });
    }
}

async fn connection(mut stream: TcpStream, peer: SocketAddr, hall: &Arc<Hall>) {
    let read = timeout(HEAD, request::read(&mut stream)).await;
    let (answer, has_body) = match read {
        Ok(Ok(request)) => {
            let has_body = request.method != "HEAD";
            (wait(&mut stream, route::answer(hall, &request, peer)).await, has_body)
        }
        Ok(Err(answer)) => (Some(answer), true),
        Err(_) => (Some(Answer::text(408, "the request did not come in time")), true),
    };
    if let Some(answer) = answer {
        write(stream, answer, has_body).await;
    }
}

/// The answer, unless who asked has gone meanwhile.
async fn wait(stream: &mut TcpStream, answer: impl Future<Output = Answer>) -> Option<Answer> {
    let mut answer = std::pin::pin!(answer);
    loop {
        // who waits for an answer sends nothing
        let gone = timeout(Duration::from_secs(2), gone(stream));
        tokio::select! {
            biased;
            answer = &mut answer => return Some(answer),
            gone = gone => if gone.is_ok() { return None },
        }
    }
}

/// Returns when the other side has ended the connection.
async fn gone(stream: &TcpStream) {
    let mut byte = [0; 1];
    loop {
        match stream.peek(&mut byte).await {
            Ok(0) | Err(_) => return,
            // bytes that nobody asked for
            Ok(_) => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
}

async fn write(mut stream: TcpStream, answer: Answer, has_body: bool) {
    let send = async {
        stream.write_all(answer.head().as_bytes()).await?;
        if has_body {
            stream.write_all(answer.body()).await?;
        }
        stream.shutdown().await
    };
    // who does not take an answer gets none
    let _ = timeout(WRITE, send).await;
}
