//! A model of one SQS queue: visibility, redelivery, late and double delivery in any order, dead letters, retention.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How long a received message is invisible; as the template says.
const VISIBILITY: Duration = Duration::from_secs(720);
/// How often a message is received until it is parked; as the template says.
const RECEIVES_MAX: u32 = 5;
/// How long a message is kept; as the template says.
const RETENTION: Duration = Duration::from_secs(1_209_600);

#[derive(Clone, Debug)]
struct Message {
    id: u64,
    body: String,
    sent_at: Instant,
    visible_at: Instant,
    receives: u32,
}

/// The queue with its dead letters.
#[derive(Debug, Default)]
pub struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Message>,
    next: u64,
    dead: u64,
}

impl Queue {
    /// Puts a message in, to be visible after so long each time that is given.
    pub fn send(&self, body: &str, delays: &[Duration]) {
        let mut state = self.state.lock().unwrap();
        let now = Instant::now();
        for delay in delays {
            state.next += 1;
            let id = state.next;
            let message = Message { id, body: body.to_owned(), sent_at: now, visible_at: now + *delay, receives: 0 };
            state.messages.push(message);
        }
        drop(state);
        self.changed.notify_waiters();
    }

    /// Takes one visible message, any of them; with how often it was received.
    pub fn receive(&self, choose: impl FnOnce(usize) -> usize) -> Option<(u64, String, u32)> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap();
        state.messages.retain(|message| now.duration_since(message.sent_at) < RETENTION);
        let before = state.messages.len();
        state.messages.retain(|message| message.visible_at > now || message.receives < RECEIVES_MAX);
        state.dead += (before - state.messages.len()) as u64;
        let mut visible: Vec<&mut Message> =
            state.messages.iter_mut().filter(|message| message.visible_at <= now).collect();
        if visible.is_empty() {
            return None;
        }
        let chosen = choose(visible.len());
        let message = &mut visible[chosen];
        message.receives += 1;
        message.visible_at = now + VISIBILITY;
        Some((message.id, message.body.clone(), message.receives))
    }

    /// Deletes a message that was worked off.
    pub fn delete(&self, id: u64) {
        self.state.lock().unwrap().messages.retain(|message| message.id != id);
    }

    /// How many messages were parked, each with an alarm.
    #[must_use]
    pub fn dead(&self) -> u64 {
        self.state.lock().unwrap().dead
    }

    /// Whether nothing is on its way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state.lock().unwrap().messages.is_empty()
    }

    /// Waits until a message may be visible.
    pub async fn wait(&self) {
        let next = self.state.lock().unwrap().messages.iter().map(|message| message.visible_at).min();
        let changed = self.changed.notified();
        match next {
            Some(next) => {
                tokio::select! { biased; () = changed => {}, () = tokio::time::sleep_until(next) => {} }
            }
            None => changed.await,
        }
    }
}
