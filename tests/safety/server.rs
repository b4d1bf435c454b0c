//! A server that counts what it takes and breaks its answers in every way a network knows. Which
//! call meets which fault follows from the seed, the body and how often it came, so that a run can
//! be repeated whatever the order of its calls.

use crate::oracle::Taken;
use alertdesk::domain::Sha256Hex;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// What a server can do to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Resets the connection with the call unread.
    ResetUnread,
    /// Takes the whole call, or not, and resets the connection.
    Reset,
    /// Takes the whole call, or not, and says nothing for as long as the caller waits.
    Hang,
    /// 200, but no inside.
    Refused,
    Html,
    Empty,
    Truncated,
    /// 200 with `status` twice, no and yes.
    TwoStatus,
    LaterSeconds,
    LaterDate,
    LaterGarbage,
    Unavailable,
    UnavailableLater,
    Failed500,
    Failed502,
    /// 307 to another port.
    Elsewhere,
    /// A good answer, one byte at a time.
    Drip,
}

/// What may be known after a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// The platform said yes, however slowly.
    Yes,
    /// It said no.
    No,
    /// It said: not now.
    Later,
    /// Nobody can tell; half of them were taken.
    Ambiguous,
}

impl Fault {
    pub const ALL: [Fault; 17] = [
        Fault::ResetUnread,
        Fault::Reset,
        Fault::Hang,
        Fault::Refused,
        Fault::Html,
        Fault::Empty,
        Fault::Truncated,
        Fault::TwoStatus,
        Fault::LaterSeconds,
        Fault::LaterDate,
        Fault::LaterGarbage,
        Fault::Unavailable,
        Fault::UnavailableLater,
        Fault::Failed500,
        Fault::Failed502,
        Fault::Elsewhere,
        Fault::Drip,
    ];

    pub fn means(self) -> Means {
        match self {
            Fault::Drip => Means::Yes,
            Fault::Refused | Fault::Elsewhere => Means::No,
            Fault::LaterSeconds
            | Fault::LaterDate
            | Fault::LaterGarbage
            | Fault::UnavailableLater => Means::Later,
            Fault::ResetUnread
            | Fault::Reset
            | Fault::Hang
            | Fault::Html
            | Fault::Empty
            | Fault::Truncated
            | Fault::TwoStatus
            | Fault::Unavailable
            | Fault::Failed500
            | Fault::Failed502 => Means::Ambiguous,
        }
    }

    fn answer(self) -> Option<String> {
        let page = "<!doctype html><title>Sign in</title>";
        Some(match self {
            Fault::ResetUnread | Fault::Reset | Fault::Hang => return None,
            Fault::Drip => whole("200 OK", "", GOOD),
            Fault::Refused => whole("200 OK", "", "{\"status\":{\"code\":2003,\"desc\":\"no\"}}"),
            Fault::Html => whole("200 OK", "", page),
            Fault::Empty => whole("200 OK", "", ""),
            Fault::Truncated => whole("200 OK", "", GOOD).replace("\"m1\"}}", ""),
            Fault::TwoStatus => whole(
                "200 OK",
                "",
                "{\"status\":{\"code\":2000},\"status\":{\"code\":1000}}",
            ),
            Fault::LaterSeconds => whole("429 Slow", "Retry-After: 0\r\n", "{}"),
            Fault::LaterDate => whole(
                "429 Slow",
                "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                "{}",
            ),
            Fault::LaterGarbage => whole("429 Slow", "Retry-After: soon\r\n", "{}"),
            Fault::Unavailable => whole("503 Busy", "", "{}"),
            Fault::UnavailableLater => whole("503 Busy", "Retry-After: 0\r\n", "{}"),
            Fault::Failed500 => whole("500 Broken", "", "{}"),
            Fault::Failed502 => whole("502 Gateway", "", page),
            Fault::Elsewhere => whole(
                "307 Elsewhere",
                "Location: http://127.0.0.1:9/template\r\n",
                "",
            ),
        })
    }
}

const GOOD: &str = "{\"status\":{\"code\":1000},\"responseObject\":{\"message_id\":\"m1\"}}";

fn whole(status: &str, header: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{header}Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Which faults there are, and how often.
#[derive(Debug, Clone)]
pub struct Mix {
    pub faults: Vec<Fault>,
    /// So many of a thousand calls meet one.
    pub per_mille: u32,
    /// Only the first so many times a body comes.
    pub visits: u32,
    pub seed: u64,
}

impl Mix {
    /// No faults at all.
    pub fn none() -> Self {
        Self::of(&[], 0)
    }

    pub fn of(faults: &[Fault], per_mille: u32) -> Self {
        Self {
            faults: faults.to_vec(),
            per_mille,
            visits: u32::MAX,
            seed: 7,
        }
    }

    /// Every fault, in equal parts.
    pub fn all(per_mille: u32) -> Self {
        Self::of(&Fault::ALL, per_mille)
    }

    pub fn without(mut self, fault: Fault) -> Self {
        self.faults.retain(|one| *one != fault);
        self
    }

    /// What this call meets, and whether it is taken when nobody can tell.
    fn pick(&self, hash: &str, visit: u32) -> (Option<Fault>, bool) {
        let seed = u64::from_str_radix(&hash[..16], 16).unwrap() ^ self.seed;
        let mut chance = fastrand::Rng::with_seed(seed.wrapping_add(u64::from(visit) << 32));
        let hit = visit <= self.visits && chance.u32(0..1000) < self.per_mille;
        let fault = if hit {
            chance.choice(&self.faults)
        } else {
            None
        };
        (fault.copied(), chance.bool())
    }
}

/// What the server saw and did.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How often each body was taken.
    pub taken: Taken,
    /// How often each came, whatever became of it.
    pub came: BTreeMap<String, u32>,
    /// Faults tried.
    pub faults: BTreeMap<Fault, u32>,
}

impl Tally {
    /// Faults of this meaning.
    pub fn of(&self, means: Means) -> u32 {
        let faults = self
            .faults
            .iter()
            .filter(|(fault, _)| fault.means() == means);
        faults.map(|(_, count)| count).sum()
    }

    /// Every fault that was tried.
    pub fn tried(&self) -> u32 {
        self.faults.values().sum()
    }

    /// Messages that were taken.
    pub fn messages(&self) -> u32 {
        self.taken.values().sum()
    }
}

struct Shared {
    mix: Mix,
    tally: Mutex<Tally>,
    came: Condvar,
    held: Mutex<bool>,
    released: Condvar,
}

/// Runs until the test ends.
pub struct FaultServer {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl FaultServer {
    pub fn start(mix: Mix) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), mix)
    }

    pub fn on(listener: TcpListener, mix: Mix) -> Self {
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            mix,
            tally: Mutex::default(),
            came: Condvar::new(),
            held: Mutex::new(false),
            released: Condvar::new(),
        });
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&served);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, shared }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it has seen so far.
    pub fn tally(&self) -> Tally {
        self.lock().clone()
    }

    /// Waits until so many different calls came, or until `over` says that no more will.
    pub fn until(&self, calls: usize, mut over: impl FnMut() -> bool) {
        let mut tally = self.lock();
        while tally.came.len() < calls && !over() {
            let tick = std::time::Duration::from_millis(50);
            tally = self.shared.came.wait_timeout(tally, tick).unwrap().0;
        }
    }

    /// From now on every call is taken and its answer kept back; or all of that ends.
    pub fn hold(&self, held: bool) {
        *self.shared.held.lock().unwrap() = held;
        self.shared.released.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.shared.tally.lock().unwrap()
    }
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    // What is only looked at stays unread, and closing a connection with something unread resets it.
    let Some((length, body)) = look(&stream) else {
        return;
    };
    let hash = Sha256Hex::of(&body).as_str().to_owned();
    let fault = {
        let mut tally = shared.tally.lock().unwrap();
        let visit = tally.came.entry(hash.clone()).or_insert(0);
        *visit += 1;
        let (fault, coin) = shared.mix.pick(&hash, *visit);
        if let Some(fault) = fault {
            *tally.faults.entry(fault).or_insert(0) += 1;
        }
        let taken = match fault {
            Some(Fault::ResetUnread) => false,
            Some(fault) => match fault.means() {
                Means::Yes => true,
                Means::No | Means::Later => false,
                Means::Ambiguous => coin,
            },
            None => true,
        };
        if taken {
            *tally.taken.entry(hash).or_insert(0) += 1;
        }
        fault
    };
    shared.came.notify_all();
    let held = shared.held.lock().unwrap();
    drop(shared.released.wait_while(held, |held| *held).unwrap());
    let answer = match fault {
        None => Some(whole("200 OK", "", GOOD)),
        Some(fault) => fault.answer(),
    };
    if answer.is_none() && fault != Some(Fault::Hang) {
        return;
    }
    let mut read = vec![0; length];
    if stream.read_exact(&mut read).is_err() {
        return;
    }
    match answer {
        // The caller may be dead by now; what was taken stays taken.
        Some(answer) => say(&mut stream, &answer, fault == Some(Fault::Drip)),
        None => drop(stream.read(&mut [0])),
    }
}

fn say(stream: &mut TcpStream, answer: &str, drips: bool) {
    let part = if drips { 1 } else { answer.len() };
    if stream.set_nodelay(true).is_err() {
        return;
    }
    for bytes in answer.as_bytes().chunks(part) {
        if stream.write_all(bytes).is_err() {
            return;
        }
    }
    drop(stream.shutdown(Shutdown::Write));
}

/// Length and body of the call, once all of it is there; nothing is taken out of the connection.
fn look(stream: &TcpStream) -> Option<(usize, Vec<u8>)> {
    let mut bytes = vec![0; 16 * 1024];
    // A caller that died in the middle leaves half a call, of which nothing is taken.
    for _ in 0..100_000 {
        let count = stream.peek(&mut bytes).ok()?;
        if count == 0 {
            return None;
        }
        let head = bytes[..count].windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length = text.split_once("content-length:")?.1;
            let length: usize = length.lines().next()?.trim().parse().ok()?;
            let whole = head + 4 + length;
            if count >= whole {
                return Some((whole, bytes[head + 4..whole].to_vec()));
            }
        }
        std::thread::yield_now();
    }
    None
}
