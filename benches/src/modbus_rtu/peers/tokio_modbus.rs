//! `tokio-modbus`: clients and servers over tokio.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_modbus::client::{Client, rtu};
use tokio_modbus::server::Service;
use tokio_modbus::server::rtu_over_tcp::Server;
use tokio_modbus::{ExceptionCode, Request, Response, SlaveRequest};

use crate::modbus_rtu::Implementation;
use crate::stream::CHUNK;

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "tokio-modbus",
    // Its codec is private: what is public is a whole exchange over a transport.
    decode_request: None,
    decode_response: None,
    encode_request: None,
    encode_response: None,
    stream: Some(stream),
};

/// Its server ends a connection after 20 bad octets in a row and forgets what it has read; a new
/// connection goes on with the rest of the stream.
fn stream(octets: &[u8], found: &mut dyn FnMut(u8, &[u8])) {
    let line = Line { octets: octets.into(), ..Line::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(serve(&line)).unwrap();
    for SlaveRequest { slave, request } in line.requests.lock().unwrap().drain(..) {
        found(slave, &runtime.block_on(pdu(request)));
    }
}

async fn serve(line: &Line) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = Server::new(listener);
    let on_connected = async |connection, _| {
        let transport = Transport { line: line.clone(), _connection: Some(connection) };
        Ok(Some((line.clone(), transport)))
    };
    let connect = async {
        while !line.is_over() {
            TcpStream::connect(address).await?.read_u8().await.ok();
        }
        Ok(())
    };
    tokio::select! {
        result = server.serve(&on_connected, |_| ()) => result,
        result = connect => result,
    }
}

/// The octets to read, how many of them are read, the requests in them, and the octets that were sent.
#[derive(Clone, Default)]
struct Line {
    octets: Arc<[u8]>,
    place: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<SlaveRequest<'static>>>>,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Line {
    fn is_over(&self) -> bool {
        self.place.load(Relaxed) == self.octets.len()
    }
}

impl Service for Line {
    type Request = SlaveRequest<'static>;
    type Response = Option<Response>;
    type Exception = ExceptionCode;
    type Future = Ready<Result<Self::Response, Self::Exception>>;

    fn call(&self, request: Self::Request) -> Self::Future {
        self.requests.lock().unwrap().push(request);
        ready(Ok(None))
    }
}

/// The octets come from the line; the connection only says when the server has ended.
struct Transport {
    line: Line,
    _connection: Option<TcpStream>,
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Line { octets, place, .. } = &self.line;
        let start = place.load(Relaxed);
        let end = octets.len().min(start + CHUNK.min(buffer.remaining()));
        buffer.put_slice(&octets[start..end]);
        place.store(end, Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        self.line.sent.lock().unwrap().extend_from_slice(octets);
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The PDU of a request, which the server hands over decoded only: what its client sends.
async fn pdu(request: Request<'_>) -> Vec<u8> {
    let line = Line::default();
    let transport = Transport { line: line.clone(), _connection: None };
    rtu::attach(transport).call(request).await.unwrap_err();
    let frame = line.sent.lock().unwrap();
    frame[1..frame.len() - 2].to_vec()
}
