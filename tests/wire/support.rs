//! Fixtures from disk, and a server that does one odd thing per connection and counts.

use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const KEY: &str = "00000000-0000-4000-8000-000000000000-ABCDEFG";

pub fn fixture_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

pub fn body_of(file: &str) -> Vec<u8> {
    std::fs::read(fixture_path(&format!("responses/{file}"))).expect(file)
}

pub fn manifest() -> Value {
    serde_json::from_slice(&body_of("manifest.json")).unwrap()
}

/// The manifest's entry of a file.
pub fn entry(file: &str) -> Value {
    let all = manifest();
    let found = all["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["file"] == file);
    found
        .unwrap_or_else(|| panic!("{file} is not in the manifest"))
        .clone()
}

/// What the server does with one connection.
#[derive(Clone)]
pub enum Act {
    /// Reads the request, writes these bytes, closes.
    Reply(Vec<u8>),
    /// Closes without reading.
    CloseAtOnce,
    /// Reads the request and closes.
    ReadAndClose,
    /// Reads the request and never answers.
    Hang,
    /// Reads the request, writes these bytes and then nothing more.
    ReplyAndHang(Vec<u8>),
    /// Answers the first request of the connection, then reads the second and closes.
    AnswerOnceThenClose(Vec<u8>),
    /// Writes bytes that are no TLS to whoever connects.
    NoTls,
}

/// An answer with a correct length.
pub fn answer(status: &str, headers: &str, body: &str) -> Act {
    let length = body.len();
    Act::Reply(
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
            .into_bytes(),
    )
}

/// A server on this machine that counts.
pub struct Server {
    pub port: u16,
    connections: Arc<Mutex<usize>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// One act per connection; the last one repeats.
    pub async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            connections: Arc::default(),
            requests: Arc::default(),
        };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        start(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = {
                    let mut count = connections.lock().unwrap();
                    *count += 1;
                    *count - 1
                };
                let act = acts.get(number).or(acts.last()).unwrap().clone();
                start(perform(stream, act, requests.clone()));
            }
        });
        server
    }

    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test server needs a task of its own"
)]
fn start(work: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(work));
}

async fn perform(mut stream: TcpStream, act: Act, requests: Arc<Mutex<Vec<String>>>) {
    match act {
        Act::CloseAtOnce => {}
        Act::Reply(bytes) => {
            read_request(&mut stream, &requests).await;
            stream.write_all(&bytes).await.ok();
        }
        Act::ReadAndClose => read_request(&mut stream, &requests).await,
        Act::Hang => {
            read_request(&mut stream, &requests).await;
            std::future::pending::<()>().await;
        }
        Act::ReplyAndHang(bytes) => {
            read_request(&mut stream, &requests).await;
            stream.write_all(&bytes).await.ok();
            std::future::pending::<()>().await;
        }
        Act::AnswerOnceThenClose(bytes) => {
            read_request(&mut stream, &requests).await;
            stream.write_all(&bytes).await.ok();
            read_request(&mut stream, &requests).await;
        }
        Act::NoTls => {
            stream
                .write_all(b"this is no TLS at all, sorry\r\n")
                .await
                .ok();
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).await.ok();
        }
    }
}

/// Reads one request with its body and notes it.
async fn read_request(stream: &mut TcpStream, requests: &Mutex<Vec<String>>) {
    let mut bytes = Vec::new();
    let mut piece = [0_u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse().unwrap());
            if body.len() >= length {
                requests.lock().unwrap().push(text);
                return;
            }
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
}
