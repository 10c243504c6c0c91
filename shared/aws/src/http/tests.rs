use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;

/// Answers whoever asks, or hangs up where the answer is empty; tells the number of each connection that asked.
async fn server(answer: &'static str) -> (String, mpsc::UnboundedReceiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (asked, seen) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for number in 0.. {
            let (mut stream, _) = listener.accept().await.unwrap();
            let asked = asked.clone();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while stream.read_buf(&mut head).await.unwrap_or_default() > 0 {
                    if head.ends_with(b"\r\n\r\n") {
                        asked.send(number).unwrap();
                        assert!(head.starts_with(b"GET / HTTP/1.1\r\n"));
                        head.clear();
                        stream.write_all(answer.as_bytes()).await.unwrap();
                        if answer.is_empty() {
                            return;
                        }
                    }
                }
            });
        }
    });
    (format!("http://{address}/"), seen)
}

fn request(uri: &str) -> (HttpRequest, CaptureSmithyConnection) {
    let mut request = HttpRequest::get(uri).unwrap();
    let capture = CaptureSmithyConnection::new();
    request.add_extension(capture.clone());
    (request, capture)
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn one_connection_serves_call_after_call() {
    let (uri, mut seen) = server(OK).await;
    let connector = connector().unwrap();
    for _ in 0..3 {
        let answer = connector.call(request(&uri).0).await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        let body = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap();
        assert_eq!(body.to_bytes(), "ok");
        // The pool has it back a moment after its body is read.
        tokio::task::yield_now().await;
        assert_eq!(seen.recv().await, Some(0));
    }
}

#[tokio::test]
async fn a_connection_that_the_sdk_gives_up_serves_no_other_call() {
    let (uri, mut seen) = server(OK).await;
    let connector = connector().unwrap();
    let (asked, capture) = request(&uri);
    let answer = connector.call(asked).await.unwrap();
    capture.get().unwrap().poison();
    http_body_util::BodyExt::collect(answer.into_body()).await.unwrap();
    tokio::task::yield_now().await;
    connector.call(request(&uri).0).await.unwrap();
    assert_eq!((seen.recv().await, seen.recv().await), (Some(0), Some(1)));
}

#[tokio::test]
async fn what_may_be_tried_again_says_so() {
    let connector = connector().unwrap();
    let (hangs_up, _seen) = server("").await;
    let broken = connector.call(request(&hangs_up).0).await.unwrap_err();
    assert_eq!(broken.as_other(), Some(ErrorKind::TransientError), "{broken:?}");
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let refused = connector.call(request(&format!("http://{nobody}/")).0).await.unwrap_err();
    assert!(refused.is_io(), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_nobody_answers_ends() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("https://{}/", silent.local_addr().unwrap());
    let ended = connector().unwrap().call(request(&uri).0).await.unwrap_err();
    assert!(ended.is_timeout(), "{ended:?}");
}
