use super::check;
use crate::lab::course::Course;

#[test]
fn scratch() {
    let dir = std::env::var("COURSE").expect("a course");
    let (course, faults) = Course::survey(dir.as_str().into());
    print!("{}", anstream::adapter::strip_str(&faults.show()));
    for lab in &course.labs {
        println!("== {}", lab.folder);
        print!("{}", anstream::adapter::strip_str(&check(lab).show()));
    }
}
