//! The loop: one queue in, effects out, a draw when something changed. It never waits for
//! anything but the one `select!`.

use super::effect_runner::EffectRunner;
use super::frame_pacer::FramePacer;
use super::input::Input;
use super::loop_effect::LoopEffect;
use super::signals::{Asked, Signals};
use super::terminal::DashboardTerminal;
use super::{clock, external_editor, signals};
use crate::app::{Context, State, sight, update};
use crate::contract::{Event, MouseInput};
use crate::keymap::Keymap;
use crate::theme::Theme;
use crossterm::event::{Event as Said, MouseButton, MouseEventKind};
use secrecy::ExposeSecret;
use std::io;
use std::path::PathBuf;
use tokio::sync::mpsc;

/// Everything the loop works with.
pub struct EventLoop {
    /// What is shown.
    pub state: State,
    /// Where it is shown.
    pub terminal: DashboardTerminal,
    /// How it looks.
    pub theme: Theme,
    /// What keys mean.
    pub keymap: Keymap,
    /// What does the effects.
    pub runner: EffectRunner,
    /// What happened.
    pub events: mpsc::Receiver<Event>,
    /// Where the editor's file goes.
    pub data_dir: PathBuf,
    /// Whether something happened that is not drawn yet.
    pub dirty: bool,
}

/// Whether the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    GoOn,
    Leave,
}

impl EventLoop {
    /// Runs until the person or the system ends it.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub async fn run(mut self) -> io::Result<()> {
        let mut input = Input::default();
        let mut signals = Signals::listen()?;
        let mut pacer = FramePacer::new(clock::steady());
        if self.take(Event::Started, &mut input)? == Next::Leave {
            return Ok(());
        }
        loop {
            let wait = pacer.wait(clock::steady());
            if self.dirty && wait.is_zero() {
                self.terminal.draw(&self.state, &self.theme, &self.keymap)?;
                pacer.drew(clock::steady());
                self.dirty = false;
            }
            let next = tokio::select! {
                biased;
                Some(event) = self.events.recv() => self.take(event, &mut input)?,
                Some(read) = input.next() => self.take_input(read?, &mut input)?,
                asked = signals.next() => self.asked(asked, &mut input)?,
                () = tokio::time::sleep(wait), if self.dirty => Next::GoOn,
            };
            if next == Next::Leave || self.drain(&mut input).await? == Next::Leave {
                return Ok(());
            }
        }
    }

    /// Takes everything that is already there, so that a burst is drawn once.
    async fn drain(&mut self, input: &mut Input) -> io::Result<Next> {
        while let Ok(event) = self.events.try_recv() {
            if self.take(event, input)? == Next::Leave {
                return Ok(Next::Leave);
            }
        }
        while let Some(read) = input.already_there().await {
            if self.take_input(read?, input)? == Next::Leave {
                return Ok(Next::Leave);
            }
        }
        Ok(Next::GoOn)
    }

    fn take(&mut self, event: Event, input: &mut Input) -> io::Result<Next> {
        self.dirty |= !sight::is_out_of_sight(&self.state, &event);
        let context = Context {
            now: clock::now(),
            keymap: &self.keymap,
        };
        for effect in update(&mut self.state, event, &context) {
            match self.runner.run(effect, &self.state.profile) {
                None => {}
                Some(LoopEffect::Redraw) => self.terminal.redraw_everything(),
                Some(LoopEffect::Copy(text)) => self.terminal.copy(&text)?,
                Some(LoopEffect::CopySecret(text)) => {
                    if let Some(text) = &text {
                        self.terminal.copy(text.expose_secret())?;
                    }
                    return self.take(Event::CopiedWithKey(text.is_some()), input);
                }
                Some(LoopEffect::Quit) => return Ok(Next::Leave),
                Some(LoopEffect::EditExternally(text)) => {
                    let event = self.edit(&text, input)?;
                    return self.take(event, input);
                }
            }
        }
        Ok(Next::GoOn)
    }

    fn take_input(&mut self, read: Said, input: &mut Input) -> io::Result<Next> {
        match translate(read) {
            Some(event) => self.take(event, input),
            None => Ok(Next::GoOn),
        }
    }

    /// Gives terminal and input reader to the editor and takes both back.
    fn edit(&mut self, text: &str, input: &mut Input) -> io::Result<Event> {
        input.give_up()?;
        self.terminal.leave()?;
        let result = external_editor::edit(text, &self.data_dir);
        self.terminal.return_to()?;
        Ok(Event::Edited(result.map_err(Box::new)))
    }

    fn asked(&mut self, asked: Asked, input: &mut Input) -> io::Result<Next> {
        match asked {
            Asked::End => self.take(Event::Terminated, input),
            Asked::Continued => {
                self.dirty = true;
                self.terminal.redraw_everything();
                Ok(Next::GoOn)
            }
            Asked::Stop => {
                input.give_up()?;
                self.terminal.leave()?;
                signals::stop_this_process()?;
                self.terminal.return_to()?;
                self.dirty = true;
                Ok(Next::GoOn)
            }
        }
    }
}

/// What the terminal said, as an event of the program.
fn translate(said: Said) -> Option<Event> {
    match said {
        Said::Key(key) => Some(Event::Key(key)),
        Said::Paste(text) => Some(Event::Paste(text)),
        Said::Resize(width, height) => Some(Event::Resized(width, height)),
        Said::FocusGained => Some(Event::Focus(true)),
        Said::FocusLost => Some(Event::Focus(false)),
        Said::Mouse(mouse) => {
            let (column, row) = (mouse.column, mouse.row);
            let input = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseInput::Click(column, row),
                MouseEventKind::ScrollDown => MouseInput::WheelDown(column, row),
                MouseEventKind::ScrollUp => MouseInput::WheelUp(column, row),
                MouseEventKind::Down(MouseButton::Right | MouseButton::Middle)
                | MouseEventKind::Up(_)
                | MouseEventKind::Drag(_)
                | MouseEventKind::Moved
                | MouseEventKind::ScrollLeft
                | MouseEventKind::ScrollRight => return None,
            };
            Some(Event::Mouse(input))
        }
    }
}
