//! Decompression in a thread of its own, beside whoever reads the bytes.
//!
//! bzip2 takes longer than reading what comes out; side by side the two cost little more than the slower one. The
//! bounds are the same as of [`super::reader`]. Blocks go round: a few are under way, none is allocated twice.

use super::{Compression, DecompressLimits, detect, reader};
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// Bytes handed over at once.
const BLOCK: usize = 256 << 10;
/// Blocks that may wait for the reader.
const WAITING: usize = 4;

/// A block and how much of it is filled; 0 = the end of the stream.
type Block = (Vec<u8>, usize);

/// Runs `work` on the decompressed bytes of `data`. A damaged stream and a passed bound are errors of the reader
/// that `work` gets, as [`super::reader`] gives them. When `work` is done or gives up, the thread has ended.
pub(crate) fn beside<T>(
    data: &[u8],
    limits: &DecompressLimits,
    work: impl FnOnce(Box<dyn Read + '_>) -> T,
) -> T {
    if detect(data) == Compression::Plain {
        return work(here(data, limits));
    }
    thread::scope(|scope| {
        let (full, filled) = sync_channel(WAITING);
        let (spare, emptied) = channel();
        let thread = thread::Builder::new().name("decompress".to_owned());
        match thread.spawn_scoped(scope, move || fill(data, limits, &full, &emptied)) {
            Ok(thread) => {
                let blocks = Blocks { filled, spare, block: Vec::new(), at: 0, end: 0, ended: false };
                let out = work(Box::new(blocks));
                // A panic over there has shown here as a stream that breaks off.
                let _ = thread.join();
                out
            }
            // No thread to be had: slower, not wrong.
            Err(_) => work(here(data, limits)),
        }
    })
}

fn here<'a>(data: &'a [u8], limits: &DecompressLimits) -> Box<dyn Read + 'a> {
    match reader(data, limits) {
        Ok(reader) => Box::new(reader),
        Err(error) => Box::new(Failed(Some(error.into()))),
    }
}

/// Gives one error, then errors.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.take().unwrap_or_else(|| io::ErrorKind::Other.into()))
    }
}

/// The thread: until the end, an error, or nobody wants more.
fn fill(
    data: &[u8],
    limits: &DecompressLimits,
    full: &SyncSender<io::Result<Block>>,
    emptied: &Receiver<Vec<u8>>,
) {
    let mut input = match reader(data, limits) {
        Ok(input) => input,
        Err(error) => {
            let _ = full.send(Err(error.into()));
            return;
        }
    };
    loop {
        let mut block = emptied.try_recv().unwrap_or_else(|_| vec![0; BLOCK]);
        let (count, error) = fill_one(&mut input, &mut block);
        let ended = count < block.len();
        if (count > 0 || error.is_none()) && full.send(Ok((block, count))).is_err() {
            return;
        }
        if let Some(error) = error {
            let _ = full.send(Err(error));
            return;
        }
        if ended {
            if count > 0 {
                let _ = full.send(Ok((Vec::new(), 0)));
            }
            return;
        }
    }
}

/// Fills `block` as far as the stream goes.
fn fill_one(input: &mut impl Read, block: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut count = 0;
    loop {
        let room = block.get_mut(count..).unwrap_or_default();
        if room.is_empty() {
            return (count, None);
        }
        match input.read(room) {
            Ok(0) => return (count, None),
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (count, Some(error)),
        }
    }
}

/// The reader's side.
struct Blocks {
    filled: Receiver<io::Result<Block>>,
    spare: Sender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
    end: usize,
    ended: bool,
}

impl Blocks {
    fn next(&mut self) -> io::Result<()> {
        let broken = |_| io::Error::other("the decompressor stopped");
        let (block, count) = self.filled.recv().map_err(broken)??;
        let old = std::mem::replace(&mut self.block, block);
        if !old.is_empty() {
            // The thread may have ended: then nobody needs it.
            let _ = self.spare.send(old);
        }
        (self.at, self.end, self.ended) = (0, count, count == 0);
        Ok(())
    }
}

impl Read for Blocks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.end && !self.ended {
            self.next()?;
        }
        let mut given = self.block.get(self.at..self.end).unwrap_or_default();
        let count = given.read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
