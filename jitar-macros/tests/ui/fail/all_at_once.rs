jitar::service!(
    segments = ["reportng", "sales", "sals"],
    service = "service/standalone.json",
    sevice = "services/standalone.json",
);
