//! Runs many cases, a bounded number at a time, and survives each of them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

/// What became of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct Done<R> {
    /// The result, or the message of the error or panic.
    pub outcome: Result<R, String>,
    /// Wall time of the item; it belongs in timing.json and nowhere else.
    pub elapsed: Duration,
}

/// Runs `work` on every item and gives the results in the items' order.
///
/// `workers` threads take one item each (never more are in flight, which
/// bounds memory); inside an item, rayon spreads the work over its own pool. A
/// panic in `work` becomes that item's error (see [`log_panics`] for its usual
/// message on stderr). `done` is called with the number of finished items.
pub fn run<T, R, E>(
    items: &[T],
    workers: usize,
    done: &(dyn Fn(usize) + Sync),
    work: &(dyn Fn(&T) -> Result<R, E> + Sync),
) -> Vec<Done<R>>
where
    T: Sync,
    R: Send,
    E: std::fmt::Display,
{
    let next = AtomicUsize::new(0);
    let finished = AtomicUsize::new(0);
    let slots: Vec<Mutex<Option<Done<R>>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return };
            let result = run_one(item, work);
            if let Ok(mut slot) = slots[index].lock() {
                *slot = Some(result);
            }
            done(finished.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, items.len().max(1)) {
            scope.spawn(worker);
        }
    });
    let lost = || Done {
        outcome: Err("the worker thread was lost".to_owned()),
        elapsed: Duration::ZERO,
    };
    slots
        .into_iter()
        .map(|slot| slot.into_inner().ok().flatten().unwrap_or_else(lost))
        .collect()
}

fn run_one<T, R, E: std::fmt::Display>(
    item: &T,
    work: &(dyn Fn(&T) -> Result<R, E> + Sync),
) -> Done<R> {
    let start = Instant::now();
    // A half-done item is dropped with everything it owned: nothing that it
    // may have left inconsistent is seen again.
    let outcome = match catch_unwind(AssertUnwindSafe(|| work(item))) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) => Err(panicked(panic.as_ref())),
    };
    Done {
        outcome,
        elapsed: start.elapsed(),
    }
}

/// A caught panic as the message of an item's error.
pub(crate) fn panicked(panic: &(dyn Any + Send)) -> String {
    format!(
        "internal error: {}; please report it with the file that causes it",
        message(panic)
    )
}

/// The text of a caught panic.
pub fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a message")
}

/// From now on panics go to the log (level debug) and not to stderr. For
/// programs that catch them: each becomes a line of failures.csv, or the
/// program's own last message.
pub fn log_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| std::panic::set_hook(Box::new(|info| tracing::debug!("{info}"))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn errors_and_panics_stay_with_their_item() {
        let work = |&n: &u32| match n {
            3 => Err("three"),
            // Also a panic in a thread of the pool inside.
            5 => Ok((0..100u32)
                .into_par_iter()
                .map(|i| if i == 50 { panic!("five") } else { i })
                .sum()),
            n => Ok(n),
        };
        let items: Vec<u32> = (0..20).collect();
        for workers in [1, 2, 7] {
            let results = run(&items, workers, &|_| {}, &work);
            for (n, done) in results.iter().enumerate() {
                match n {
                    3 => assert_eq!(done.outcome, Err("three".to_owned())),
                    5 => assert!(done.outcome.as_ref().unwrap_err().contains("five")),
                    n => assert_eq!(done.outcome, Ok(n as u32)),
                }
            }
        }
    }

    #[test]
    fn no_more_than_the_workers_are_in_flight() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |_: &usize| -> Result<usize, String> {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let sum = (0..10_000usize).into_par_iter().map(|i| i % 7).sum();
            now.fetch_sub(1, Ordering::SeqCst);
            Ok(sum)
        };
        run(&(0..50).collect::<Vec<_>>(), 3, &|_| {}, &work);
        assert!(most.load(Ordering::SeqCst) <= 3);
    }

    #[test]
    fn nothing_to_do_is_done() {
        let results = run::<u8, u8, String>(&[], 4, &|_| {}, &|&n| Ok(n));
        assert!(results.is_empty());
    }
}
