jitar::service!(segment = "reportng");
