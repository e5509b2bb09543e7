//! Serves the files of the page.

jitar::service!(service = "services/repository.json");
