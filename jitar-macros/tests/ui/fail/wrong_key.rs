jitar::service!(segmnet = "sales");
