//! The feeder through a socket: what only the HTTP layer sees.

use super::{PLAIN, hosts};
use crate::harness::TestServer;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

async fn listen(server: &TestServer) -> (SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let engine = server.app.engine.clone();
    let task = tokio::spawn(async move {
        let stopped = async { stopped.await.unwrap_or_default() };
        pakiti_web::serve(engine, listener, Default::default(), stopped).await.unwrap();
    });
    (address, stop, task)
}

async fn talk(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn is_healthy(address: SocketAddr) -> bool {
    talk(address, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .ends_with("\r\n\r\nok\n")
}

#[tokio::test]
async fn chunked_and_http_1_0_bodies_arrive() {
    let server = TestServer::start().await;
    let (address, stop, task) = listen(&server).await;
    let head = "POST /feed/?protocol=5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let (a, b) = PLAIN.split_at(50);
    let chunks = format!("{:x}\r\n{a}\r\n{:x}\r\n{b}\r\n0\r\n\r\n", a.len(), b.len());
    let answer = talk(address, &format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}")).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nOK\n"), "{answer}");
    let old = format!("POST /feed/ HTTP/1.0\r\nContent-Length: {}\r\n\r\n{PLAIN}", PLAIN.len());
    let answer = talk(address, &old).await;
    assert!(answer.starts_with("HTTP/1.0 200 ") && answer.ends_with("\r\n\r\nOK\n"), "{answer}");
    stop.send(()).unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn a_reporter_that_hangs_up_leaves_nothing_and_harms_nobody() {
    let server = TestServer::start().await;
    let (address, stop, task) = listen(&server).await;
    for head in ["Content-Length: 5000", "Transfer-Encoding: chunked"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let text = format!("POST /feed/ HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n{PLAIN}");
        stream.write_all(text.as_bytes()).await.unwrap();
        drop(stream);
    }
    assert!(is_healthy(address).await);
    assert!(hosts(&server).await.is_empty());
    stop.send(()).unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn reporters_that_announce_much_and_send_nothing_keep_nobody_out() {
    let server = TestServer::start().await;
    let (address, _stop, _task) = listen(&server).await;
    let mut idle = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"POST /feed/ HTTP/1.1\r\nHost: x\r\nContent-Length: 33000000\r\n\r\n#\n")
            .await
            .unwrap();
        idle.push(stream);
    }
    let report = format!(
        "POST /feed/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{PLAIN}",
        PLAIN.len()
    );
    let answer = tokio::time::timeout(Duration::from_secs(8), talk(address, &report)).await;
    assert!(answer.expect("the feeder is blocked").ends_with("OK\n"));
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    use axum::body::Body;
    let server = TestServer::start().await;
    // From here on nothing but the body is waited for, so the clock jumps to the next timeout.
    tokio::time::pause();
    let body =
        Body::from_stream(futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>());
    let answer = server.nobody().request(axum::http::Method::POST, "/feed/", body).await;
    assert_eq!((answer.status, answer.text().as_str()), (408, "ERROR: the report took too long to arrive\n"));
}
