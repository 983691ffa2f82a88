//! Secrets by their surroundings; tokens with a prefix are tested beside their table.

use agsec::facts::secret::{find_secrets, ids, is_placeholder};
use proptest::prelude::*;

/// A text, the id that fires, and the secret: its parts are joined so that no file holds one in one piece.
fn rows() -> Vec<(String, &'static str, String)> {
    let random = "q7Zp2Lx9Vb4Nt6Ks1Wd8Rf3Hy5Jc0Gm";
    let join = |parts: &[&str]| parts.concat();
    let aws = format!("{random}QwEr+5tYz");
    let storage = join(&[random, random, "aB3dE5gH7jK9mN1pQ3sT5vX8", "=="]);
    let row =
        |before: &str, secret: String, after: &str, id| (format!("{before}{secret}{after}"), id, secret);
    let body = join(&["-----BEGIN RSA PRIVATE", " KEY-----\n", random, random, "\n"]);
    let signed = join(&["eyJhbGciOiJIUzI1NiJ9", ".", "eyJpc3MiOiJqb2UifQ", ".", random]);
    vec![
        row("x ", body, "-----END RSA PRIVATE KEY-----", "private_key"),
        row("token ", signed, " z", "jwt"),
        row("git clone https://me:", "k9Xw2pQz".into(), "@host.example/x", "url_password"),
        row("postgres://app:", "k9Xw2pQz!".into(), "@db:5432/shop", "url_password"),
        row("-H 'Authorization: Bearer ", random.into(), "'", "bearer_token"),
        row("Authorization: Basic ", "bWU6aHVudGVyMg==".into(), "\n", "basic_credentials"),
        row("PASSWORD=", "k9Xw2pQz7Lm4".into(), " ls", "assigned_secret"),
        row("{\"api-key\": \"", "k9Xw2pQz".into(), "\"}", "assigned_secret"),
        row("client_secret := \"", random.into(), "\"", "assigned_secret"),
        row("export AWS_SECRET_ACCESS_KEY=", aws, "\n", "aws_secret_key"),
        row("AccountKey=", storage, ";", "azure_storage_key"),
        row("id ", format!("{}8Q~{}", "aBc", &random[..31]), " z", "azure_client_secret"),
        row("", join(&["https://hooks.slack.com/services/T0/B0/", &random[..24]]), " z", "slack_webhook"),
        row("bot ", format!("123456789:AA{random}z9"), " z", "telegram_bot_token"),
    ]
}

#[test]
fn surroundings_betray_secrets() {
    for (text, id, secret) in rows() {
        let found: Vec<(&str, &str)> =
            find_secrets(&text).iter().map(|found| (found.id, &text[found.start..found.end])).collect();
        assert!(found.iter().any(|(other, _)| *other == id), "{text}: {found:?}");
        assert!(
            found.iter().any(|(_, range)| secret.contains(range) || range.contains(&secret)),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn what_only_looks_like_a_secret_does_not_fire() {
    for text in [
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "OPENAI_API_KEY=<your-key>",
        "api_key: \"your-api-key-here1\"",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "password=$PASSWORD token=${TOKEN} secret={{ secret1 }}",
        "password = getpass.getpass()",
        "token = response.json()[\"access1\"]",
        "const token = process.env.GITHUB_TOKEN1;",
        "postgres://postgres:postgres@localhost/db mysql://root:password@db/x",
        "https://user:<password>@host https://git@github.com/x ssh://git@host/x",
        "-----BEGIN PRIVATE KEY-----",
        "grep -r 'BEGIN RSA PRIVATE KEY' . # -----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n",
        "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n",
        "Authorization: Bearer $TOKEN",
        "the token is lost; a secret door; password: string",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "550e8400-e29b-41d4-a716-446655440000",
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "task-1234 askdisk-abcdefghijklmnopqrst",
        "secretName: my-app-tls-cert-2024",
        "password_file=/run/secrets/db1",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
        "",
    ] {
        assert_eq!(find_secrets(text), [], "{text}");
    }
}

#[test]
fn there_are_many_detectors_and_blanks_are_known() {
    assert!(ids().len() >= 60, "{}", ids().len());
    assert!(is_placeholder("<your-key>") && is_placeholder("aaaaaaa") && !is_placeholder("k9Xw2pQz"));
}

#[test]
fn hostile_texts_end_soon() {
    for unit in [
        "-----BEGIN ",
        "eyJ",
        "token=",
        "://a:b@",
        "secret:\"",
        "Bearer ",
        "ghp_",
        ":AA1",
        "a=",
        "PuTTY-User-Key-File-",
    ] {
        let _ = find_secrets(&unit.repeat((1 << 18) / unit.len()));
    }
}

proptest! {
    #[test]
    fn ranges_are_in_order_and_cut_no_character(text in "(\\PC|token=|ghp_|://|Bearer |[a-zA-Z0-9]{12}|\"){0,30}") {
        let mut last = 0;
        for secret in find_secrets(&text) {
            prop_assert!(last <= secret.start && secret.start < secret.end);
            prop_assert!(text.get(secret.start..secret.end).is_some());
            last = secret.end;
        }
    }
}
