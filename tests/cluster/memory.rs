//! What services keep of the memory that they take.

use jitar_tests::{Project, wait};

#[test]
fn a_service_gives_back_what_only_its_start_needed() {
    let service = Project::named("errors").start("worker", &[]);
    let at_start = service.memory("RssFile");
    let released = wait::until(|| (service.memory("RssFile") < at_start / 2).then_some(()));
    assert!(released.is_some(), "{at_start} kB of the program were read, {} kB still are", service.memory("RssFile"));
    assert_eq!(service.get("/rpc/speak?what=on").status, 200);
}
