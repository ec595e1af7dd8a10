//! Jobs in processes of their own: one that crashes, hangs or grows too large
//! takes nothing with it.
//!
//! A worker process reads a job a line from standard input ([`serve`]) and
//! answers on standard output. [`run`] keeps some of them busy, watches them,
//! and starts another in place of one that died. A worker whose parent is gone
//! finds its input closed and ends.

use std::io::{BufRead, BufReader, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::batch::{self, Done};

/// How often a worker is looked at.
const WATCH: Duration = Duration::from_millis(100);
/// Looks that a worker gets to end after it has closed its output.
const GRACE: usize = 20;

/// When a worker is ended; its job fails.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Wall time without any progress.
    pub stalled: Option<Duration>,
    /// Wall time of a job.
    pub time: Option<Duration>,
    /// Resident memory of the process; watched on Linux only.
    pub memory_bytes: Option<u64>,
}

/// Runs jobs (each a line of text without line breaks) in at most `workers`
/// processes made by `command`, and gives what became of each in their order.
/// `progress` is called with a job's index and the part of it that is done, 0
/// to 1.
pub fn run(
    command: &(dyn Fn() -> Command + Sync),
    jobs: &[String],
    workers: usize,
    limits: &Limits,
    progress: &(dyn Fn(usize, f64) + Sync),
) -> Vec<Done<()>> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<Done<()>>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let keep_busy = || {
        let mut worker = None;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(index) else { return };
            let start = Instant::now();
            let outcome = one(&mut worker, command, job, limits, &|part| {
                progress(index, part);
            });
            progress(index, 1.0);
            let done = Done {
                outcome,
                elapsed: start.elapsed(),
            };
            *results[index]
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(done);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, jobs.len().max(1)) {
            scope.spawn(keep_busy);
        }
    });
    let lost = || Done {
        outcome: Err("the worker was lost".to_owned()),
        elapsed: Duration::ZERO,
    };
    results
        .into_iter()
        .map(|slot| {
            let slot = slot.into_inner().unwrap_or_else(PoisonError::into_inner);
            slot.unwrap_or_else(lost)
        })
        .collect()
}

/// One job in a worker that may be there already and stays if it lives on.
fn one(
    slot: &mut Option<Worker>,
    command: &(dyn Fn() -> Command + Sync),
    job: &str,
    limits: &Limits,
    progress: &dyn Fn(f64),
) -> Result<(), String> {
    let mut worker = match slot.take() {
        Some(worker) => worker,
        None => Worker::start(command())
            .map_err(|cause| format!("a worker process can't be started: {cause}"))?,
    };
    match worker.work(job, limits, progress) {
        Ending::Answered(outcome) => {
            *slot = Some(worker);
            outcome
        }
        Ending::Died => Err(worker.last_words()),
        Ending::Over(why) => Err(why),
    }
}

/// How a job left its worker.
enum Ending {
    /// Alive.
    Answered(Result<(), String>),
    /// Dead, by itself.
    Died,
    /// To be ended, and why.
    Over(String),
}

struct Worker {
    process: Child,
    input: ChildStdin,
    answers: Receiver<Answer>,
}

impl Worker {
    fn start(mut command: Command) -> std::io::Result<Self> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(std::io::Error::other("it has no pipes"));
        };
        let (send, answers) = channel();
        // Ends with the process: its side of the pipe is closed then.
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            for answer in lines.filter_map(|line| Answer::read(&line)) {
                if send.send(answer).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            process,
            input,
            answers,
        })
    }

    fn work(&mut self, job: &str, limits: &Limits, progress: &dyn Fn(f64)) -> Ending {
        if writeln!(self.input, "{job}")
            .and_then(|()| self.input.flush())
            .is_err()
        {
            return Ending::Died;
        }
        let start = Instant::now();
        let mut moved = start;
        loop {
            match self.answers.recv_timeout(WATCH) {
                Ok(Answer::Progress(part)) => {
                    progress(part);
                    moved = Instant::now();
                }
                Ok(Answer::Done) => return Ending::Answered(Ok(())),
                Ok(Answer::Failed(why)) => return Ending::Answered(Err(why)),
                Err(RecvTimeoutError::Disconnected) => return Ending::Died,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(why) = self.over(limits, start, moved) {
                return Ending::Over(why);
            }
        }
    }

    fn over(&self, limits: &Limits, start: Instant, moved: Instant) -> Option<String> {
        let exceeds = |since: Instant, limit: Option<Duration>| {
            limit.filter(|&limit| since.elapsed() > limit)
        };
        if let Some(limit) = exceeds(start, limits.time) {
            return Some(format!(
                "ended because it took longer than the limit of {} s",
                limit.as_secs()
            ));
        }
        if let Some(limit) = exceeds(moved, limits.stalled) {
            return Some(format!(
                "ended because it made no progress for {} s: the file may be damaged",
                limit.as_secs()
            ));
        }
        let limit = limits.memory_bytes?;
        let used = resident_bytes(self.process.id()).filter(|&used| used > limit)?;
        Some(format!(
            "ended because it took {} MB of memory, more than the limit of {} MB",
            used >> 20,
            limit >> 20
        ))
    }

    /// Why a worker that speaks no more is gone.
    fn last_words(&mut self) -> String {
        for _ in 0..GRACE {
            match self.process.try_wait() {
                Ok(None) => std::thread::sleep(WATCH),
                _ => break,
            }
        }
        // Dead, as a rule; one that lives on would be waited for forever.
        let _ = self.process.kill();
        match self.process.wait() {
            Ok(status) => format!(
                "the worker process {}: the file may be damaged, or of a kind that its decoder \
                 can't take",
                ending(status)
            ),
            Err(cause) => format!("the worker process was lost: {cause}"),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A worker that lives has nothing to do; one that is dead can't be killed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn ending(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            9 => "was killed (signal 9); the machine may have run out of memory".to_owned(),
            signal => format!("crashed (signal {signal})"),
        };
    }
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => "ended".to_owned(),
    }
}

/// Resident memory of a process; `None` where the system doesn't tell.
fn resident_bytes(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// What a worker says.
#[derive(Debug, PartialEq)]
enum Answer {
    Progress(f64),
    Done,
    Failed(String),
}

impl Answer {
    /// Anything else on standard output is some library's and passed over.
    fn read(line: &str) -> Option<Self> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "radpath-progress" => rest.parse().ok().map(Self::Progress),
            "radpath-done" => Some(Self::Done),
            "radpath-failed" => serde_json::from_str(rest).ok().map(Self::Failed),
            _ => None,
        }
    }
}

/// What a job calls with the part of it that is done, 0 to 1.
pub type Progress<'a> = dyn Fn(f64) + Sync + 'a;

/// The worker's side: does jobs until the input ends. `work` gets the job and
/// what to call with the part that is done.
///
/// The process ends as soon as its input is closed, also in the middle of a
/// job: nobody is there any more to take the result.
pub fn serve(work: &dyn Fn(&str, &Progress) -> Result<(), String>) {
    let (send, jobs) = channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
        end();
    });
    for job in jobs {
        let progress = |part: f64| say(&format!("radpath-progress {part}"));
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&job, &progress)));
        match outcome {
            Ok(Ok(())) => say("radpath-done"),
            Ok(Err(why)) => failed(&why),
            Err(panic) => failed(&batch::panicked(panic.as_ref())),
        }
    }
}

#[expect(clippy::exit, reason = "the job at work can't be called back")]
fn end() {
    std::process::exit(0);
}

fn failed(why: &str) {
    say(&format!("radpath-failed {}", serde_json::Value::from(why)));
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Without a reader the process ends by its closed input.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    /// A worker that does what its job says.
    fn shell() -> Command {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            r#"while read job; do
                 case $job in
                   ok) echo noise; echo radpath-progress 0.5; echo radpath-done ;;
                   fail) echo 'radpath-failed "no \"tissue\""' ;;
                   crash) kill -SEGV $$ ;;
                   exit) exit 3 ;;
                   hang) sleep 60 & wait ;;
                   grow) x=$(head -c 100000000 /dev/zero | tr '\0' x); sleep 60 & wait ;;
                   mute) exec sleep 60 >&- ;;
                 esac
               done"#,
        ]);
        command
    }

    fn outcomes(jobs: &[&str], workers: usize, limits: Limits) -> Vec<Result<(), String>> {
        let jobs: Vec<String> = jobs.iter().map(|&job| job.to_owned()).collect();
        let done = run(&shell, &jobs, workers, &limits, &|_, _| {});
        done.into_iter().map(|done| done.outcome).collect()
    }

    #[test]
    fn a_crash_costs_one_job() {
        for workers in [1, 3] {
            let found = outcomes(
                &["ok", "crash", "ok", "fail", "exit", "ok"],
                workers,
                Limits::default(),
            );
            let error = |i: usize| found[i].as_ref().unwrap_err();
            for i in [0, 2, 5] {
                assert_eq!(found[i], Ok(()), "{i}");
            }
            assert!(error(1).contains("signal 11"), "{}", error(1));
            assert_eq!(error(3), "no \"tissue\"");
            assert!(error(4).contains("exit code 3"), "{}", error(4));
        }
    }

    #[test]
    fn limits_end_a_job_and_no_other() {
        let stalled = Limits {
            stalled: Some(Duration::from_millis(400)),
            ..Limits::default()
        };
        let found = outcomes(&["hang"], 1, stalled);
        assert!(found[0].as_ref().unwrap_err().contains("no progress"));
        let large = Limits {
            memory_bytes: Some(64 << 20),
            ..Limits::default()
        };
        let found = outcomes(&["ok", "grow", "ok"], 1, large);
        let error = found[1].as_ref().unwrap_err();
        assert!(error.contains("more than the limit of 64 MB"), "{error}");
        assert_eq!((&found[0], &found[2]), (&Ok(()), &Ok(())));
    }

    #[test]
    fn workers_that_say_nothing_more_are_ended() {
        let found = outcomes(&["mute", "ok"], 1, Limits::default());
        assert!(found[0].as_ref().unwrap_err().contains("signal 9"));
        assert_eq!(found[1], Ok(()));
    }

    #[test]
    fn workers_that_cannot_start_are_an_error() {
        let jobs = ["ok".to_owned()];
        let none = || Command::new("/nonexistent/worker");
        let done = run(&none, &jobs, 1, &Limits::default(), &|_, _| {});
        let error = done[0].outcome.as_ref().unwrap_err();
        assert!(error.contains("can't be started"), "{error}");
    }
}
