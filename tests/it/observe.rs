//! The observer with the shipped packs: every behaviour of the specification's table, and accuracy.

use std::path::Path;

use luminoracore::observe::{
    Coverage, Intent, Observation, ObserveContext, Packs, SentimentClass, TriggerSet, observe, observe_with,
};
use luminoracore::template::Template;
use luminoracore::template::model::{AffinityConfig, Mood, MoodConfig, Persona, Trigger};
use proptest::prelude::*;
use serde_json::json;

use crate::sample::plain;
use SentimentClass::{Negative, Neutral, Positive, VeryNegative, VeryPositive};

pub(crate) fn file(path: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn packs() -> Packs {
    let files = ["packs/en.json", "packs/es.json", "packs/languages.json"].map(file);
    Packs::load(&files.each_ref().map(Vec::as_slice)).expect("the shipped packs load")
}

pub(crate) fn read(language: &str, text: &str) -> Observation {
    let context = ObserveContext { language: Some(language), ..ObserveContext::default() };
    observe(&packs(), text, &context)
}

fn emotion_names(observation: &Observation) -> Vec<&str> {
    observation.emotions.iter().map(|emotion| emotion.name.as_str()).collect()
}

fn trigger(phrase: &str, weight: f64) -> Trigger {
    Trigger { phrase: phrase.to_owned(), weight }
}

/// A template with these mood triggers and nothing else.
fn template_with_moods(language: &str, moods: &[(&str, &[&str])]) -> Template {
    let mut template = bare_template(language);
    template.mood_config = Some(MoodConfig {
        enabled: true,
        moods: moods.iter().map(|(name, _)| Mood { name: (*name).to_owned(), ..Mood::default() }).collect(),
        triggers: moods
            .iter()
            .map(|(name, phrases)| ((*name).to_owned(), phrases.iter().map(|p| trigger(p, 0.5)).collect()))
            .collect(),
        ..MoodConfig::default()
    });
    template
}

fn bare_template(language: &str) -> Template {
    let persona = Persona {
        name: "Dr. Luna".to_owned(),
        aliases: vec!["Moon".to_owned()],
        language: language.to_owned(),
        ..Persona::default()
    };
    Template { persona, ..plain() }
}

#[test]
fn the_worked_example_comes_out_exactly() {
    let observation = observe(&packs(), "This is not good", &ObserveContext::default());
    let expected = json!({
        "language": {"code": "en", "confidence": 0.97}, "coverage": "supported",
        "sentiment": {"class": "negative", "score": -0.361158, "spans": [[8, 16]]}, "emotions": [],
        "interaction": {"type": "neutral", "directed": false, "spans": []}, "intent": null,
        "mood_triggers": [], "topics": [], "facts": [], "episodes": [], "patterns": [], "tensions": []
    });
    assert_eq!(serde_json::to_value(&observation).expect("serialisable"), expected);
}

#[test]
fn row_28_mood_triggers_match_whole_words_that_are_not_negated() {
    let template = template_with_moods("en", &[("down", &["sad"])]);
    let score = |text: &str| {
        let context =
            ObserveContext { language: Some("en"), template: Some(&template), ..ObserveContext::default() };
        observe(&packs(), text, &context).mood_triggers.first().map(|trigger| trigger.score)
    };
    assert_eq!(score("He is a sadist"), None);
    assert_eq!(score("I'm not sad"), None);
    assert_eq!(score("I'm SAD, so sad"), Some(0.5));
}

#[test]
fn rows_29_to_34_and_37_classes() {
    for (row, language, text, class) in [
        (29, "en", "This is not good", Negative),
        (30, "en", "not bad at all", Positive),
        (31, "en", "I am unhappy", Negative),
        (32, "en", "I love you so much!!!", VeryPositive),
        (33, "es", "Esto no es bueno", Negative),
        (33, "es", "No está nada mal", Positive),
        (34, "es", "Soy infeliz", Negative),
        (37, "en", "It was pretty bad", Negative),
        (37, "en", "pretty dress", Positive),
    ] {
        assert_eq!(read(language, text).sentiment.class, class, "row {row}: {text}");
    }
    assert_eq!(emotion_names(&read("en", "I am unhappy")), ["sadness"]);
    assert_eq!(emotion_names(&read("es", "Soy infeliz")), ["sadness"]);
    assert_eq!(emotion_names(&read("en", "I'm not afraid")), Vec::<&str>::new());
}

#[test]
fn emotions_are_found_in_every_inflection_and_dropped_where_they_are_negated() {
    for (language, text, emotions) in [
        ("en", "We laughed and laughed, what a joyful evening", "joy"),
        ("en", "He cheered when he opened the box", "joy"),
        ("en", "I'm not happy about it", ""),
        ("en", "She wept at the station", "sadness"),
        ("en", "It saddens me to leave", "sadness"),
        ("en", "I'm not sad anymore", ""),
        ("en", "That letter infuriates me", "anger"),
        ("en", "he was raging at the door", "anger"),
        ("en", "I am not angry with you", ""),
        ("en", "It frightens me a little", "fear"),
        ("en", "The storm terrified the dog", "fear"),
        ("en", "I'm not afraid", ""),
        ("en", "dont worry about me", ""),
        ("en", "tears of joy", "joy"),
        ("en", "it doesn't scare me", ""),
        ("en", "The news astonished all of us", "surprise"),
        ("en", "nothing surprises me in this town", ""),
        ("en", "That smell disgusts me", "disgust"),
        ("en", "it isn't gross", ""),
        ("en", "She cuddled the puppy", "affection"),
        ("en", "I don't love him", ""),
        ("en", "We appreciated the lift home", "gratitude"),
        ("en", "He was never grateful for it", ""),
        ("es", "Nos reímos toda la tarde", "joy"),
        ("es", "mis padres están contentísimos", "joy"),
        ("es", "No estoy contento con el plan", ""),
        ("es", "Lloramos en la despedida", "sadness"),
        ("es", "Ya no estoy triste", ""),
        ("es", "me entristece verlo así", "sadness"),
        ("es", "Mis vecinas están furiosas", "anger"),
        ("es", "Se enojó con el taxista", "anger"),
        ("es", "no estoy enfadada contigo", ""),
        ("es", "Me asusté con el ruido", "fear"),
        ("es", "les aterra la oscuridad", "fear"),
        ("es", "No tengo miedo", ""),
        ("es", "no te preocupes", ""),
        ("es", "Me sorprendieron con una visita", "surprise"),
        ("es", "no me sorprende", ""),
        ("es", "esas fotos son repulsivas", "disgust"),
        ("es", "No me da asco", ""),
        ("es", "Lo abracé muy fuerte", "affection"),
        ("es", "Nunca te quise, no te amo", ""),
        ("es", "Le agradecimos el gesto", "gratitude"),
        ("es", "No estoy agradecida por eso", ""),
    ] {
        assert_eq!(emotion_names(&read(language, text)).join(" "), emotions, "{text}");
    }
}

#[test]
fn row_35_hate_for_the_personality_is_directed() {
    let observation = read("en", "I hate you");
    assert_eq!(observation.sentiment.class, VeryNegative);
    assert_eq!(observation.interaction.kind, "very_negative");
    assert!(observation.interaction.directed);
    assert_eq!(
        SentimentClass::from_name(&observation.interaction.kind).map(SentimentClass::points),
        Some(-5)
    );
}

#[test]
fn row_36_grief_is_no_attack() {
    let observation = read("en", "I lost my dog Max today");
    assert!(matches!(observation.sentiment.class, Negative | VeryNegative));
    assert_eq!(observation.interaction.kind, "neutral");
    assert!(!observation.interaction.directed);
}

#[test]
fn row_38_a_language_without_a_pack_is_unsupported() {
    let template = template_with_moods("en", &[("down", &["schlecht"])]);
    for language in [Some("de"), Some("de-AT"), None] {
        let context = ObserveContext { language, template: Some(&template), after_assistant: true };
        let observation = observe(&packs(), "Das ist heute nicht gut, mir geht es schlecht.", &context);
        assert_eq!(observation.language.code, "de");
        assert_eq!(observation.coverage, Coverage::Unsupported);
        assert_eq!(observation.sentiment.class, Neutral);
        assert!(observation.mood_triggers.is_empty() && observation.sentiment.spans.is_empty());
    }
}

#[test]
fn detection_knows_ten_languages() {
    let packs = packs();
    for (code, text) in [
        ("en", "I was thinking about what you said yesterday and it made me smile."),
        ("en", "My sister is in the hospital and I don't know what to do"),
        ("es", "Ayer fui al mercado con mi hermana y compramos fruta."),
        ("es", "Me gusta mucho la casa de mi madre"),
        ("es", "Estoy muy cansada, pero contenta"),
        ("fr", "Je ne sais pas pourquoi il est parti sans nous."),
        ("fr", "C'est une belle journée pour marcher dans la forêt"),
        ("de", "Ich weiß nicht, warum er ohne uns gegangen ist."),
        ("de", "Heute war ein guter Tag für mich"),
        ("it", "Non so perché è andato via senza di noi."),
        ("it", "Oggi sono molto stanca ma anche contenta della giornata"),
        ("pt", "Não sei por que ele foi embora sem a gente."),
        ("pt", "Hoje eu estou muito cansada, mas também feliz com você"),
        ("zh", "我今天很高兴,因为你来了。"),
        ("ja", "今日はとても楽しかったです。"),
        ("ko", "오늘은 정말 행복한 하루였어요."),
        ("ru", "Сегодня был прекрасный день."),
    ] {
        let observation = observe(&packs, text, &ObserveContext::default());
        assert_eq!(observation.language.code, code, "{text}");
        let supported = matches!(code, "en" | "es");
        assert_eq!(observation.coverage == Coverage::Supported, supported, "{text}");
        assert!((0.5..1.0).contains(&observation.language.confidence), "{text}");
    }
}

#[test]
fn an_undecided_language_is_the_templates_if_the_letters_allow() {
    let packs = packs();
    let template = template_with_moods("es", &[]);
    let known = ObserveContext { template: Some(&template), ..ObserveContext::default() };
    for (text, context, code, coverage) in [
        ("Genial", &known, "es", Coverage::Supported),
        ("😀", &known, "es", Coverage::Supported),
        ("Genial", &ObserveContext::default(), "und", Coverage::Unsupported),
        ("Καλημέρα σε όλους", &known, "und", Coverage::Unsupported),
        ("", &ObserveContext::default(), "und", Coverage::Unsupported),
        (" \n", &known, "es", Coverage::Supported),
        ("I love it when you sing, pero no me gusta cuando te vas", &known, "es", Coverage::Partial),
    ] {
        let observation = observe(&packs, text, context);
        assert_eq!((observation.language.code.as_str(), observation.coverage), (code, coverage), "{text:?}");
    }
    let nothing = observe(&packs, " \n\t", &known);
    assert_eq!((nothing.sentiment.class, nothing.sentiment.score), (Neutral, 0.0));
}

#[test]
fn quotations_and_code_are_not_scored() {
    for text in [
        "She said \"I hate this terrible place\"",
        "The sign reads “hate”",
        "The function is `terrible()`",
        "Here:\n```\nterrible hate awful\n```\nthat is the code",
        "> I hate this\nwhat does it mean",
        "unclosed ``` terrible awful",
    ] {
        assert_eq!(read("en", text).sentiment.class, Neutral, "{text}");
    }
    assert_eq!(read("en", "I hate \"the\" thing").sentiment.class, VeryNegative);
    assert_eq!(
        read("en", "It's 5\" long and I hate it").sentiment.class,
        VeryNegative,
        "one mark is no pair"
    );
}

#[test]
fn modifiers_multiply_as_specified() {
    let score = |text: &str| read("en", text).sentiment.score;
    let of = |sum: f64| format!("{:.6}", sum / (sum * sum + 15.0).sqrt()).parse::<f64>().expect("a number");
    for (text, sum) in [
        ("good", 2.0),
        ("very good", 2.6),
        ("very very good", 2.0 * 1.3 * 1.3),
        ("a bit sad", -1.0),
        ("not good", -1.5),
        ("not very good", -1.95),
        ("not not good", 2.0 * 0.75 * 0.75),
        ("not only good", 2.0),
        ("no, nice", 2.0),
        ("not the other three good ones", 2.0),
        ("good!", 2.0 * 1.1),
        ("good!!!!!!", 2.0 * 1.1 * 1.1 * 1.1),
        ("good but bad", 1.0 - 3.0),
        ("It was good. However, it ended bad.", 1.0 - 3.0),
        ("sooooo goooood", 2.6),
        ("❤\u{FE0F}", 2.0),
        ("ok :)", 1.0),
        ("see https://example.org at 12:30", 0.0),
        ("he never answers", -1.5),
        ("he always answers", 0.0),
        ("isn't it good", 2.0),
        ("it isn't good", -1.5),
        ("couldn't be better", 3.0),
        ("couldn't be worse", -2.0),
        ("it was supposed to be fun", -1.5),
        ("I don't think it's good", -1.5),
    ] {
        assert_eq!(score(text), of(sum), "{text}");
    }
    let spanish = |text: &str| read("es", text).sentiment.score;
    assert_eq!(spanish("no es nada bueno"), of(-1.5), "concord negates once");
    assert_eq!(spanish("no es nunca bueno"), of(-1.5));
    assert_eq!(spanish("no solo bueno"), of(2.0));
    assert_eq!(spanish("sin embargo bueno"), of(3.0), "the \"sin\" of \"sin embargo\" negates nothing");
    assert_eq!(spanish("no es para nada bueno"), of(-1.5), "\"para nada\" agrees with \"no\"");
    assert_eq!(spanish("no tengo ningún problema"), of(1.0), "nothing turns a phrase that holds its negator");
    assert_eq!(spanish("nadie me escucha"), of(-1.5), "what is expected counts where it is negated");
    assert_eq!(spanish("mi madre me escucha"), of(0.0), "and nowhere else");
    assert_eq!(spanish("no puedo parar de reír"), of(2.0), "\"no parar de\" negates nothing");
}

#[test]
fn spans_show_the_word_with_its_modifiers() {
    let text = "😀 Tú no eres muy amable";
    let observation = read("es", text);
    let units: Vec<u16> = text.encode_utf16().collect();
    let shown: Vec<String> = observation
        .sentiment
        .spans
        .iter()
        .map(|[start, end]| String::from_utf16_lossy(&units[*start as usize..*end as usize]))
        .collect();
    assert_eq!(shown, ["😀", "no eres muy amable"]);
}

#[test]
fn directed_means_aimed_at_the_personality() {
    for (language, text, after_assistant, kind, directed) in [
        ("en", "Shut up", false, "negative", true),
        ("en", "just shut up already, please", false, "negative", true),
        ("en", "My father told me to shut up", false, "neutral", false),
        ("en", "My boss is an idiot", false, "neutral", false),
        ("en", "What an idiot!", false, "negative", true),
        ("en", "Moon was awful today", false, "very_negative", true),
        ("en", "This is bad", true, "negative", true),
        ("en", "This is bad", false, "neutral", false),
        ("en", "I feel bad about this", true, "neutral", false),
        ("en", "I'm so sad, can you help me?", true, "neutral", false),
        ("en", "I'm sorry I was so rude to you", false, "neutral", false),
        ("en", "Sorry, but you are stupid", false, "very_negative", true),
        ("en", "Sorry", false, "positive", false),
        ("en", "I'm afraid you'll think I'm pathetic", false, "neutral", false),
        ("en", "Are you mad at me?", false, "neutral", false),
        ("en", "I'm mad at you", false, "negative", true),
        ("en", "I miss you", false, "positive", true),
        ("es", "Estoy enojado contigo", false, "negative", true),
        ("es", "¿Estás enojado conmigo?", false, "neutral", false),
        ("es", "Cállate", false, "negative", true),
        ("es", "Te odio", false, "very_negative", true),
        ("es", "Eso es horrible", true, "very_negative", true),
        ("es", "Estoy muy triste hoy", true, "neutral", false),
        ("es", "Perdón por la tardanza", false, "positive", false),
        ("es", "Te quiero mucho", false, "very_positive", true),
    ] {
        let template = bare_template(language);
        let context = ObserveContext { language: Some(language), template: Some(&template), after_assistant };
        let observation = observe(&packs(), text, &context);
        let interaction = &observation.interaction;
        assert_eq!(
            (interaction.kind.as_str(), interaction.directed),
            (kind, directed),
            "{text}: {observation:?}"
        );
    }
}

#[test]
fn the_template_names_kinds_and_the_largest_points_win() {
    let mut template = bare_template("en");
    template.affinity_config = AffinityConfig {
        interaction_types: vec![("joke".to_owned(), 3), ("secret".to_owned(), 8), ("positive".to_owned(), 4)],
        interaction_triggers: vec![
            ("joke".to_owned(), vec![trigger("knock knock", 0.5)]),
            ("secret".to_owned(), vec![trigger("between us", 0.5)]),
            ("positive".to_owned(), vec![trigger("how was your day", 0.5)]),
        ],
        ..AffinityConfig::default()
    };
    let triggers = TriggerSet::new(&template);
    let kind = |text: &str| observe_with(&packs(), text, Some("en"), Some(&triggers), false).interaction.kind;
    assert_eq!(kind("Knock, knock!"), "joke");
    assert_eq!(kind("Knock knock, this stays between us"), "secret");
    assert_eq!(kind("knock knock. How was your day?"), "positive");
    assert_eq!(kind("knock knock, I hate you"), "very_negative");
    assert_eq!(kind("this is not between us"), "neutral");
    assert_eq!(kind("I love you"), "very_positive");
}

#[test]
fn mood_scores_add_distinct_triggers_in_declared_order() {
    let template = template_with_moods(
        "en",
        &[("calm", &["tea", "quiet evening"]), ("worried", &["panic", "panic attack", "Can't sleep"])],
    );
    let context =
        ObserveContext { language: Some("en"), template: Some(&template), ..ObserveContext::default() };
    let text = "A panic attack again, and I can’t sleep. Tea helps, tea always helps.";
    let found = observe(&packs(), text, &context).mood_triggers;
    let shown: Vec<_> =
        found.iter().map(|trigger| (trigger.mood.as_str(), trigger.score, trigger.spans.len())).collect();
    assert_eq!(shown, [("calm", 0.5, 1), ("worried", 1.0, 3)]);
}

#[test]
fn intents() {
    for (language, text, intent) in [
        ("en", "Hello there!", Some(Intent::Greeting)),
        ("en", "hey, how are you?", Some(Intent::Greeting)),
        ("en", "Hi. Can you help me with my homework?", Some(Intent::Question)),
        ("en", "What time is it", Some(Intent::Question)),
        ("en", "ok bye!", Some(Intent::Goodbye)),
        ("en", "I never said goodbye to him", None),
        ("en", "thank you for everything", Some(Intent::Thanks)),
        ("en", "I don't understand", Some(Intent::Confusion)),
        ("en", "It worked, thanks!", Some(Intent::Success)),
        ("en", "It doesn't work", Some(Intent::Error)),
        ("en", "The sky is blue", None),
        ("es", "¡Hola! ¿Qué tal?", Some(Intent::Greeting)),
        ("es", "¿Dónde está la biblioteca?", Some(Intent::Question)),
        ("es", "Hasta mañana", Some(Intent::Goodbye)),
        ("es", "Muchas gracias", Some(Intent::Thanks)),
        ("es", "No entiendo nada", Some(Intent::Confusion)),
        ("es", "¡Por fin funciona!", Some(Intent::Success)),
        ("es", "No funciona", Some(Intent::Error)),
        ("es", "El cielo es azul", None),
    ] {
        assert_eq!(read(language, text).intent, intent, "{text}");
    }
}

#[test]
fn packs_refuse_what_they_do_not_know() {
    let load = |text: String| Packs::load(&[text.as_bytes()]).expect_err("refused");
    let language = String::from_utf8(file("packs/en.json")).expect("UTF-8");
    let extra = language.replacen("\"version\"", "\"colour\": [], \"version\"", 1);
    assert_eq!(load(extra).path, "/0/colour");
    assert_eq!(load(language.replacen("1.0.0", "one", 1)).path, "/0/version");
    assert_eq!(load(language.replacen("\"valence\": 3", "\"valence\": 4", 1)).path, "/0/lexicon/0/valence");
    assert_eq!(load(language.replacen("\"love\"", "\"...\"", 1)).path, "/0/lexicon/0/phrases/0");
    assert_eq!(load(language.replacen("\"love\"", "\"good\"", 1)).path, "/0/lexicon/2/phrases/0");
    assert_eq!(load(language.replacen("\"en\"", "\"English\"", 1)).path, "/0/language");
    assert_eq!(load(language.replacen("\"love\"", "\"lov|e|e\"", 1)).path, "/0/lexicon/0/phrases/0");
    assert_eq!(load(language.replacen("\"love\"", "\"||\"", 1)).path, "/0/lexicon/0/phrases/0");
    assert_eq!(load(language.replacen("\"expected\"", "\"awaited\"", 1)).path, "/0");
    assert_eq!(load("{".to_owned()).path, "/0");
    assert_eq!(load(" ".repeat((1 << 20) + 1)).path, "/0");
    let twice = Packs::load(&[language.as_bytes(), language.as_bytes()]).expect_err("refused");
    assert_eq!(twice.path, "/1/language");
    assert_eq!(
        observe(&Packs::empty(), "I love you", &ObserveContext::default()).coverage,
        Coverage::Unsupported
    );
}

/// One message with its three-way label.
#[derive(serde::Deserialize)]
struct Labelled {
    sentiment: String,
    text: String,
    #[serde(default)]
    negation: bool,
    /// `dev` messages were looked at while the packs grew; nothing was added for what is misread of the `held`.
    #[serde(default)]
    half: String,
}

#[derive(serde::Deserialize)]
struct LabelledCases {
    cases: std::collections::BTreeMap<String, Vec<Labelled>>,
}

impl LabelledCases {
    fn read(path: &str) -> Self {
        serde_json::from_slice(&file(path)).expect("labelled cases")
    }
}

/// Three-way accuracy of the messages of one half of one language; prints the confusion matrix, and what was
/// misread unless it is held.
fn accuracy(language: &str, cases: &[Labelled], half: &str) -> f64 {
    let packs = packs();
    let names = ["positive", "neutral", "negative"];
    let mut confusion = [[0_u32; 3]; 3];
    let mut wrong = String::new();
    let mut turned = String::new();
    for case in cases.iter().filter(|case| case.half == half) {
        let context = ObserveContext { language: Some(language), ..ObserveContext::default() };
        let observation = observe(&packs, &case.text, &context);
        let found = match observation.sentiment.class {
            VeryPositive | Positive => 0,
            Neutral => 1,
            Negative | VeryNegative => 2,
        };
        let truth = names.iter().position(|name| *name == case.sentiment).expect("a three-way label");
        confusion[truth][found] += 1;
        let score = observation.sentiment.score;
        let line = format!("  {} read as {} ({score}): {}\n", case.sentiment, names[found], case.text);
        // Of a held message nothing is told, not even that it is turned the wrong way.
        if case.negation && truth.abs_diff(found) == 2 && half != "held" {
            turned += &line;
        }
        if truth != found && half != "held" {
            wrong += &line;
        }
    }
    let right: u32 = (0..3).map(|class| confusion[class][class]).sum();
    let all: u32 = confusion.iter().flatten().sum();
    let accuracy = f64::from(right) / f64::from(all);
    println!(
        "{language} {half}: {right} of {all} = {accuracy:.3}; rows are labels, columns readings, {names:?}: {confusion:?}\n{wrong}"
    );
    assert!(turned.is_empty(), "a negated word keeps its un-negated class:\n{turned}");
    accuracy
}

#[test]
fn three_way_accuracy_is_at_least_85_percent_per_language() {
    let set = LabelledCases::read("tests/cases/observe/sentiment.json");
    let mut negated = 0;
    for (language, cases) in &set.cases {
        assert!(cases.len() >= 120, "only {} messages in {language}", cases.len());
        negated += cases.iter().filter(|case| case.negation).count();
        assert!(accuracy(language, cases, "") >= 0.85, "{language}");
    }
    assert!(negated >= 40, "only {negated} messages with negation");
}

#[test]
fn three_way_accuracy_on_independent_messages_is_at_least_85_percent_per_language() {
    let set = LabelledCases::read("tests/cases/observe/sentiment-independent.json");
    for (language, cases) in &set.cases {
        let negated = cases.iter().filter(|case| case.negation).count();
        assert!(
            cases.len() >= 220 && negated >= 45,
            "{language}: {} messages, {negated} negated",
            cases.len()
        );
        let halves = ["dev", "held"].map(|half| accuracy(language, cases, half));
        assert!(halves.iter().all(|accuracy| *accuracy >= 0.85), "{language}: {halves:?}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_observer(text in any::<String>(), language in 0..3_usize) {
        check(&text, [None, Some("en"), Some("es")][language]);
    }

    #[test]
    fn no_mixture_of_leads_and_values_breaks_the_observer(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("my name is "), Just("I'm "), Just("im "), Just("my "), Just("dog "), Just("is called "), Just("Max "),
                Just("28 "), Just("years old "), Just("twenty "), Just("and "), Just("work in "), Just("IT "), Just("I "),
                Just("love "), Just("my favorite "), Just("color "), Just("is "), Just("birthday "), Just("is on "),
                Just("May "), Just("12"), Just("/"), Just("1990 "), Just("died "), Just("if "), Just("she said "),
                Just("maybe "), Just("\""), Just(". "), Just(", "), Just("? "), Just("\n"), Just("😀"), Just("Ávila "),
                Just("me llamo "), Just("mi "), Just("perro "), Just("favorito es "), Just("tengo "), Just("treinta "),
                Just("y "), Just("dos "), Just("años "), Just("de "), Just("la "), Just("soy "), Just("perdí a mi "),
                Just("sister's "), Just("'s "), Just("e\u{301} "), Just("every day "), Just("i play "), Just("…"),
            ],
            0..30,
        ),
        language in 0..3_usize,
    ) {
        check(&parts.concat(), [None, Some("en"), Some("es")][language]);
    }

    #[test]
    fn no_mixture_of_its_own_words_breaks_the_observer(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("not "), Just("no "), Just("good "), Just("pretty "), Just("but "), Just("you "), Just("😀"),
                Just(":D"), Just("\""), Just("`"), Just("```"), Just("> "), Just("\n"), Just("! "), Just("? "),
                Just("sin embargo "), Just("nada "), Just("malo "), Just("shut up "), Just("sorry "), Just(", "),
            ],
            0..40,
        ),
        language in 0..3_usize,
    ) {
        check(&parts.concat(), [None, Some("en"), Some("es")][language]);
    }
}

/// Spans are ordered half-open ranges inside the text, scores are in range, and the same text reads the same.
fn check(text: &str, language: Option<&str>) {
    thread_local!(static PACKS: Packs = packs());
    let template = template_with_moods("en", &[("down", &["good", "not", "you"])]);
    let context = ObserveContext { language, template: Some(&template), after_assistant: true };
    let observation = PACKS.with(|packs| observe(packs, text, &context));
    assert_eq!(observation, PACKS.with(|packs| observe(packs, text, &context)));
    let length = text.encode_utf16().count();
    let lists = std::iter::once(&observation.sentiment.spans)
        .chain([&observation.interaction.spans])
        .chain(observation.emotions.iter().map(|emotion| &emotion.spans))
        .chain(observation.mood_triggers.iter().map(|trigger| &trigger.spans))
        .chain(observation.facts.iter().map(|fact| &fact.spans))
        .chain(observation.episodes.iter().map(|episode| &episode.spans));
    for spans in lists {
        for [start, end] in spans {
            assert!(start < end && *end as usize <= length, "{spans:?} in {text:?}");
        }
        assert!(spans.windows(2).all(|pair| pair[0][0] <= pair[1][0]), "{spans:?} in {text:?}");
    }
    assert!((-1.0..=1.0).contains(&observation.sentiment.score));
    assert!(observation.emotions.iter().all(|emotion| (0.0..=1.0).contains(&emotion.score)));
    for fact in &observation.facts {
        assert!((0.0..=1.0).contains(&fact.confidence) && !fact.spans.is_empty() && !fact.reason.is_empty());
        let in_alphabet = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!((1..=64).contains(&fact.key.len()) && fact.key.chars().all(in_alphabet), "{}", fact.key);
        assert!(fact.value.as_str().is_none_or(|value| !value.trim().is_empty()));
        let others = observation
            .facts
            .iter()
            .filter(|other| (other.category, &other.key) == (fact.category, &fact.key));
        assert_eq!(others.count(), 1, "one candidate a key in {text:?}");
    }
    for episode in &observation.episodes {
        assert!((1..=80).contains(&episode.title.chars().count()), "{:?}", episode.title);
        assert!((1..=400).contains(&episode.summary.chars().count()), "{:?}", episode.summary);
        assert!((0.0..=10.0).contains(&episode.importance) && !episode.spans.is_empty());
        let others = observation.episodes.iter().filter(|other| other.episode_type == episode.episode_type);
        assert_eq!(others.count(), 1, "one episode a type in {text:?}");
    }
    assert!(observation.topics.iter().all(|topic| topic.count > 0));
}
