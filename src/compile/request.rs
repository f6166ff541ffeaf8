//! The body of a model request, in the shape of each target.

use crate::json::{Map, Value};

use super::compiled::Compiled;
use super::options::{Message, Role};
use super::target::Target;

/// Anthropic requires an output limit.
const ANTHROPIC_OUTPUT_TOKENS: u32 = 1024;

/// Stands for the person where a conversation may not begin with the assistant.
const START: &str = "[start]";

impl Compiled {
    /// The request body for the target: system text, messages, temperature, and the model and output limit
    /// that were given.
    pub fn request(&self) -> Value {
        let mut body = Map::new();
        match self.target {
            Target::Openai => self.chat(&mut body, Some("max_completion_tokens")),
            Target::Deepseek | Target::Mistral | Target::Cohere => self.chat(&mut body, Some("max_tokens")),
            Target::Llama => self.llama(&mut body),
            Target::Anthropic => self.anthropic(&mut body),
            Target::Google => self.google(&mut body),
            Target::Universal => self.universal(&mut body),
        }
        Value::Object(body)
    }

    fn chat(&self, body: &mut Map, limit_key: Option<&str>) {
        self.put_model(body);
        let mut messages = vec![message_of("system", &self.text)];
        messages.extend(chat_messages(&self.request.messages));
        put(body, "messages", messages);
        if let Some(key) = limit_key {
            put(body, "temperature", self.temperature);
            self.put_limit(body, key);
        }
    }

    fn llama(&self, body: &mut Map) {
        self.chat(body, None);
        put(body, "stream", false);
        let mut options = Map::new();
        put(&mut options, "temperature", self.temperature);
        self.put_limit(&mut options, "num_predict");
        put(body, "options", options);
    }

    fn anthropic(&self, body: &mut Map) {
        self.put_model(body);
        put(body, "system", self.text.as_str());
        put(body, "messages", chat_messages(&alternating(&self.request.messages)));
        put(body, "temperature", self.temperature);
        put(body, "max_tokens", self.request.max_output_tokens.unwrap_or(ANTHROPIC_OUTPUT_TOKENS));
    }

    fn google(&self, body: &mut Map) {
        put(body, "systemInstruction", Value::object(vec![("parts", parts(&self.text))]));
        let contents: Vec<Value> = alternating(&self.request.messages)
            .iter()
            .map(|message| {
                let role = match message.role {
                    Role::User => "user",
                    Role::Assistant => "model",
                };
                Value::object(vec![("role", role.into()), ("parts", parts(&message.content))])
            })
            .collect();
        put(body, "contents", contents);
        let mut config = Map::new();
        put(&mut config, "temperature", self.temperature);
        self.put_limit(&mut config, "maxOutputTokens");
        put(body, "generationConfig", config);
    }

    fn universal(&self, body: &mut Map) {
        let template = &self.request.template;
        put(body, "system_prompt", self.text.as_str());
        put(
            body,
            "personality_info",
            Value::object(vec![
                ("name", template.persona.name.as_str().into()),
                ("version", template.persona.version.as_str().into()),
                ("archetype", template.core_traits.archetype.as_str().into()),
                ("temperament", template.core_traits.temperament.as_str().into()),
                ("communication_style", template.core_traits.communication_style.as_str().into()),
            ]),
        );
        let mut settings = Map::new();
        put(&mut settings, "temperature", self.temperature);
        self.put_limit(&mut settings, "max_tokens");
        put(body, "settings", settings);
        if !self.request.messages.is_empty() {
            put(body, "messages", chat_messages(&self.request.messages));
        }
    }

    fn put_model(&self, body: &mut Map) {
        if let Some(model) = &self.request.model {
            put(body, "model", model.as_str());
        }
    }

    fn put_limit(&self, body: &mut Map, key: &str) {
        if let Some(limit) = self.request.max_output_tokens {
            put(body, key, limit);
        }
    }
}

fn put(body: &mut Map, key: &str, value: impl Into<Value>) {
    body.insert(key, value);
}

fn message_of(role: &str, content: &str) -> Value {
    Value::object(vec![("role", role.into()), ("content", content.into())])
}

fn chat_messages(messages: &[Message]) -> Vec<Value> {
    let role = |message: &Message| match message.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    messages.iter().map(|message| message_of(role(message), &message.content)).collect()
}

/// Google's list of parts, with one text.
fn parts(text: &str) -> Value {
    vec![Value::object(vec![("text", text.into())])].into()
}

/// The messages in strict alternation from the user on: neighbours of one role are joined with a blank line.
fn alternating(messages: &[Message]) -> Vec<Message> {
    let mut turns: Vec<Message> = Vec::with_capacity(messages.len() + 1);
    for message in messages {
        match turns.last_mut() {
            Some(last) if last.role == message.role => {
                last.content.push_str("\n\n");
                last.content.push_str(&message.content);
            }
            None if message.role == Role::Assistant => {
                turns.push(Message { role: Role::User, content: START.to_owned() });
                turns.push(message.clone());
            }
            _ => turns.push(message.clone()),
        }
    }
    turns
}
