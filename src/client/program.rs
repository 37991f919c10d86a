//! Programs in containers, through the API server and a WebSocket.

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::api::AttachParams;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::api::{ApiError, Ended, Exec, ExecReply};
use super::connect::ANSWER;
use super::{connect, url};

/// What is kept of what a program prints; nothing after it is read to the end, or the program would wait.
const KEPT: usize = 4 << 20;

/// The path at which a program can be run.
pub(super) fn path(exec: &Exec) -> String {
    let (namespace, pod) = (url::segment(&exec.namespace), url::segment(&exec.pod));
    let mut pairs = vec![("container", exec.container.as_str()), ("stdout", "true"), ("stderr", "true")];
    pairs.extend(exec.argv.iter().map(|word| ("command", word.as_str())));
    url::query(&format!("/api/v1/namespaces/{namespace}/pods/{pod}/exec"), &pairs)
}

pub(super) async fn run(client: kube::Client, exec: &Exec) -> Result<ExecReply, ApiError> {
    let pods: kube::Api<Pod> = kube::Api::namespaced(client, &exec.namespace);
    let parameters = AttachParams::default().stdin(false).container(&exec.container);
    let started = tokio::time::timeout(ANSWER, pods.exec(&exec.pod, &exec.argv, &parameters)).await;
    let mut process = match started {
        Err(_) => return Err(connect::late()),
        Ok(Err(kube::Error::Api(status))) => {
            return Ok(ExecReply::Refused { status: status.code, message: status.message.clone() });
        }
        Ok(Err(error)) => return Err(connect::unreachable(&error)),
        Ok(Ok(process)) => process,
    };
    // both at once, for a program that is not read waits
    let stdout = tokio::spawn(read(process.stdout()));
    let stderr = tokio::spawn(read(process.stderr()));
    let status = process.take_status();
    let end = async {
        let status = match status {
            Some(status) => status.await,
            None => None,
        };
        (status, stdout.await.unwrap_or_default(), stderr.await.unwrap_or_default())
    };
    match tokio::time::timeout(exec.timeout, end).await {
        Err(_) => Ok(ExecReply::TimedOut),
        Ok((None, ..)) => Err(ApiError::Unreachable("the connection ended before the program did".to_owned())),
        Ok((Some(status), stdout, stderr)) => Ok(reply(status, stdout, stderr)),
    }
}

async fn read(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut kept = Vec::new();
    let mut buffer = vec![0; 16 << 10];
    if let Some(mut stream) = stream {
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            let room = KEPT.saturating_sub(kept.len());
            kept.extend(buffer.iter().take(read.min(room)));
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// A program that ended badly has its exit code among the causes; one that could not be started has none.
fn reply(status: Status, stdout: String, stderr: String) -> ExecReply {
    if status.status.as_deref() == Some("Success") {
        return ExecReply::Ended(Ended { exit: 0, stdout, stderr });
    }
    let causes = status.details.and_then(|details| details.causes).unwrap_or_default();
    let code = causes.into_iter().find(|cause| cause.reason.as_deref() == Some("ExitCode"));
    match code.and_then(|cause| cause.message?.parse().ok()) {
        Some(exit) => ExecReply::Ended(Ended { exit, stdout, stderr }),
        None => ExecReply::Refused {
            status: status.code.and_then(|code| u16::try_from(code).ok()).unwrap_or(500),
            message: status.message.unwrap_or_default(),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{path, reply};
    use crate::client::{Ended, Exec, ExecReply, Identity};

    fn replied(status: serde_json::Value) -> ExecReply {
        reply(serde_json::from_value(status).unwrap(), "out".to_owned(), "err".to_owned())
    }

    #[test]
    fn the_exit_code_is_among_the_causes() {
        let ended = |exit| ExecReply::Ended(Ended { exit, stdout: "out".to_owned(), stderr: "err".to_owned() });
        assert_eq!(replied(serde_json::json!({"metadata": {}, "status": "Success"})), ended(0));
        let failed = serde_json::json!({"metadata": {}, "status": "Failure", "reason": "NonZeroExitCode",
            "message": "command terminated with non-zero exit code",
            "details": {"causes": [{"reason": "Other", "message": "1"}, {"reason": "ExitCode", "message": "137"}]}});
        assert_eq!(replied(failed), ended(137));
    }

    #[test]
    fn a_program_that_does_not_start_is_refused() {
        let status = serde_json::json!({"metadata": {}, "status": "Failure", "code": 500, "message": "no such file"});
        assert_eq!(replied(status), ExecReply::Refused { status: 500, message: "no such file".to_owned() });
    }

    #[test]
    fn every_word_of_a_program_is_its_own() {
        let exec = Exec {
            namespace: "a".to_owned(),
            pod: "p".to_owned(),
            container: "c".to_owned(),
            argv: ["sh", "-c", "a b&command=c"].map(str::to_owned).into(),
            timeout: Duration::ZERO,
            identity: Identity::Admin,
        };
        let query = "container=c&stdout=true&stderr=true&command=sh&command=-c&command=a%20b%26command%3Dc";
        assert_eq!(path(&exec), format!("/api/v1/namespaces/a/pods/p/exec?{query}"));
    }
}
