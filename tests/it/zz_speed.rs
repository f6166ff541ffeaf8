use crate::observe::packs;
use luminoracore::observe::{ObserveContext, observe};
#[test]
fn speed() {
    let t = std::time::Instant::now();
    let packs = packs();
    println!("load {:?}", t.elapsed());
    let context = ObserveContext { language: Some("en"), ..ObserveContext::default() };
    for text in ["Could you tell me a story about the sea tonight, something calm and not too long?", "I had a really good day today, thank you for asking, and how was yours?", "I'm Diego, I'm 28 and work in IT", "My dog Max died yesterday and I love my sister Ana very much."] {
        for _ in 0..2000 { observe(&packs, text, &context); }
        let t = std::time::Instant::now();
        for _ in 0..20000 { std::hint::black_box(observe(&packs, text, &context)); }
        println!("{:?} {text}", t.elapsed() / 20000);
    }
    for n in [2000, 20000] {
        for unit in ["I'm Ana and live in Rome and live in ", "we won ", "my my my ", "I'm Ana, ", "my sister ", "si ", "I love x and y and ", "died my dog "] {
            let text = unit.repeat(n) + "what is you?";
            let t = std::time::Instant::now();
            observe(&packs, &text, &context);
            println!("{n} {unit:?} {:?}", t.elapsed());
        }
    }
}
