//! The body of a model request, in the shape of each target.

use super::compiled::Compiled;
use super::options::{Message, Role};
use super::target::Target;
use crate::json::{Map, Value};

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
        let system = Value::object(vec![("role", "system".into()), ("content", self.text.as_str().into())]);
        put(body, "messages", Value::Array(messages(vec![system], &self.request.messages)));
        if let Some(key) = limit_key {
            put(body, "temperature", self.temperature.into());
            self.put_limit(body, key);
        }
    }

    fn llama(&self, body: &mut Map) {
        self.chat(body, None);
        put(body, "stream", false.into());
        put(body, "options", self.settings("num_predict"));
    }

    fn anthropic(&self, body: &mut Map) {
        self.put_model(body);
        put(body, "system", self.text.as_str().into());
        put(body, "messages", Value::Array(messages(Vec::new(), &alternating(&self.request.messages))));
        put(body, "temperature", self.temperature.into());
        put(body, "max_tokens", self.request.max_output_tokens.unwrap_or(ANTHROPIC_OUTPUT_TOKENS).into());
    }

    fn google(&self, body: &mut Map) {
        put(body, "systemInstruction", Value::object(vec![("parts", parts(&self.text))]));
        let mut contents = Vec::new();
        for message in alternating(&self.request.messages) {
            let role = match message.role {
                Role::User | Role::System => "user",
                Role::Assistant => "model",
            };
            contents.push(Value::object(vec![("role", role.into()), ("parts", parts(&message.content))]));
        }
        put(body, "contents", Value::Array(contents));
        put(body, "generationConfig", self.settings("maxOutputTokens"));
    }

    fn universal(&self, body: &mut Map) {
        let (persona, traits) = (&self.request.template.persona, &self.request.template.core_traits);
        put(body, "system_prompt", self.text.as_str().into());
        let mut about = Map::new();
        for (key, text) in [
            ("name", &persona.name),
            ("version", &persona.version),
            ("archetype", &traits.archetype),
            ("temperament", &traits.temperament),
            ("communication_style", &traits.communication_style),
        ] {
            put(&mut about, key, text.as_str().into());
        }
        put(body, "personality_info", Value::Object(about));
        put(body, "settings", self.settings("max_tokens"));
        if !self.request.messages.is_empty() {
            put(body, "messages", Value::Array(messages(Vec::new(), &self.request.messages)));
        }
    }

    fn put_model(&self, body: &mut Map) {
        if let Some(model) = &self.request.model {
            put(body, "model", model.as_str().into());
        }
    }

    fn put_limit(&self, body: &mut Map, key: &str) {
        if let Some(limit) = self.request.max_output_tokens {
            put(body, key, limit.into());
        }
    }

    /// Temperature and output limit, where they stand in an object of their own.
    fn settings(&self, limit_key: &str) -> Value {
        let mut settings = Map::new();
        put(&mut settings, "temperature", self.temperature.into());
        self.put_limit(&mut settings, limit_key);
        Value::Object(settings)
    }
}

fn put(body: &mut Map, key: &str, value: Value) {
    body.insert(key.to_owned(), value);
}

/// The content of a message in the shape of Google.
fn parts(text: &str) -> Value {
    Value::Array(vec![Value::object(vec![("text", text.into())])])
}

/// Appends messages in the shape of most vendors.
fn messages(mut values: Vec<Value>, messages: &[Message]) -> Vec<Value> {
    for message in messages {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::System => "system",
        };
        let content = message.content.as_str();
        values.push(Value::object(vec![("role", role.into()), ("content", content.into())]));
    }
    values
}

/// The messages in strict alternation from the user on, who also says what nobody does: neighbours of one role are
/// joined with a blank line.
fn alternating(messages: &[Message]) -> Vec<Message> {
    let mut turns: Vec<Message> = Vec::with_capacity(messages.len() + 1);
    for message in messages {
        let role = if message.role == Role::System { Role::User } else { message.role };
        match turns.last_mut() {
            Some(last) if last.role == role => {
                last.content.push_str("\n\n");
                last.content.push_str(&message.content);
            }
            last => {
                if last.is_none() && role == Role::Assistant {
                    turns.push(Message { role: Role::User, content: START.to_owned() });
                }
                turns.push(Message { role, content: message.content.clone() });
            }
        }
    }
    turns
}
