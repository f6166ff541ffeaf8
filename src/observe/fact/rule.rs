//! The rules for facts, as a language pack gives them.

use crate::memory::FactCategory;

/// What a phrase of the pack leads to.
#[derive(Debug)]
pub(in crate::observe) struct Rule {
    /// Its name, which is the reason of its candidates.
    pub(in crate::observe) name: String,
    pub(in crate::observe) category: FactCategory,
    /// The key; a `*` in it stands for what the value is of or about.
    pub(in crate::observe) key: String,
    /// 0..1.
    pub(in crate::observe) confidence: f64,
    pub(in crate::observe) value: ValueKind,
    /// Words that end the value of this rule.
    pub(in crate::observe) until: Vec<String>,
    /// With which of these the first word of the value ends; none = with anything.
    pub(in crate::observe) endings: Vec<String>,
}

/// How a value is found behind its lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::observe) enum ValueKind {
    /// A name: "my name is".
    Name,
    /// A name that must not be anything else: "I'm".
    BareName,
    /// A number with or without a unit: "I'm 28".
    Age,
    /// A number with a unit: "tengo 28 años".
    Years,
    /// The name of a place.
    Place,
    /// A listed occupation.
    Occupation,
    /// A listed occupation, or whatever has an article: "I work as a".
    Role,
    /// A listed field of work.
    Field,
    /// Who employs: a name, or something with an article.
    Employer,
    /// A listed illness.
    Condition,
    /// What one is allergic to or ill with.
    Ailment,
    /// What one likes or dislikes.
    Thing,
    /// What one plays or practises.
    Activity,
    /// What one does, if it is said how often.
    Regular,
    /// What one wants to do.
    Goal,
    /// "my" favourite, before what it is of: "my favourite" N is X.
    Favorite,
    /// The same behind it: "mi" N "favorito es" X.
    FavoriteBefore,
    /// "my" sister, dog and their names.
    Relation,
    /// "my" birthday, exam and their days.
    Event,
}

impl ValueKind {
    /// Each kind by its name in a pack.
    pub(in crate::observe) const NAMES: [(&'static str, Self); 19] = [
        ("name", Self::Name),
        ("bare_name", Self::BareName),
        ("age", Self::Age),
        ("years", Self::Years),
        ("place", Self::Place),
        ("occupation", Self::Occupation),
        ("role", Self::Role),
        ("field", Self::Field),
        ("employer", Self::Employer),
        ("condition", Self::Condition),
        ("ailment", Self::Ailment),
        ("thing", Self::Thing),
        ("activity", Self::Activity),
        ("regular", Self::Regular),
        ("goal", Self::Goal),
        ("favorite", Self::Favorite),
        ("favorite_before", Self::FavoriteBefore),
        ("relation", Self::Relation),
        ("event", Self::Event),
    ];
}
