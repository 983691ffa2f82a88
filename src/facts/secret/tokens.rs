//! Tokens that their issuers gave a prefix of their own.
//!
//! In: a text and a place where a word starts. Out: the token there, if its prefix, its alphabet and its length are right
//! and it is random enough to be one. One table.
//! Deliberately not here: secrets that only their surroundings betray (`context`).

use super::Secret;
use super::placeholder::{entropy, is_placeholder};

/// The characters behind a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alphabet {
    /// `0-9a-f`, either case.
    Hex,
    /// `A-Z0-9`.
    Upper,
    /// Letters and digits.
    Alnum,
    /// And `_`, `-`.
    Word,
    /// And `.`.
    Dotted,
    /// And `+`, `/`, `=`.
    Base64,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        let word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Self::Word => word,
            Self::Dotted => word || byte == b'.',
            Self::Base64 => word || matches!(byte, b'+' | b'/' | b'='),
        }
    }
}

/// A kind of token: id, prefix, alphabet, least and most characters behind the prefix.
struct Token(&'static str, &'static str, Alphabet, usize, usize);

/// No limit of their own.
const ANY: usize = 1024;

use Alphabet::{Alnum, Base64, Dotted, Hex, Upper, Word};

/// The kinds, sorted by prefix. Of those that fit, the longest prefix counts.
const TOKENS: [Token; 108] = [
    Token("google_refresh_token", "1//0", Word, 40, 200),
    Token("aws_access_key", "ABIA", Upper, 16, 16),
    Token("aws_bedrock_key", "ABSK", Base64, 100, 300),
    Token("aws_access_key", "ACCA", Upper, 16, 16),
    Token("age_secret_key", "AGE-SECRET-KEY-1", Upper, 58, 58),
    Token("google_api_key", "AIza", Word, 35, 35),
    Token("aws_access_key", "AKIA", Upper, 16, 16),
    Token("tencent_secret_id", "AKID", Alnum, 32, 32),
    Token("aws_access_key", "ASIA", Upper, 16, 16),
    Token("atlassian_token", "ATATT3", Base64, 100, 400),
    Token("atlassian_token", "ATCTT3", Base64, 100, 400),
    Token("terraform_token", "ATLASV1", Alnum, 60, 70),
    Token("circleci_token", "CCIPAT_", Word, 40, 100),
    Token("square_token", "EAAA", Word, 60, 60),
    Token("easypost_key", "EZAK", Alnum, 54, 54),
    Token("google_oauth_secret", "GOCSPX-", Word, 28, 28),
    Token("gitlab_token", "GR1348941", Word, 20, 20),
    Token("heroku_key", "HRKU-", Word, 36, 70),
    Token("alibaba_access_key", "LTAI", Alnum, 20, 20),
    Token("newrelic_key", "NRAK-", Upper, 27, 27),
    Token("postman_key", "PMAK-", Word, 59, 59),
    Token("sendgrid_key", "SG.", Dotted, 66, 66),
    Token("twilio_key", "SK", Hex, 32, 32),
    Token("huggingface_token", "api_org_", Alnum, 34, 34),
    Token("buildkite_token", "bkua_", Hex, 40, 40),
    Token("crates_token", "cio", Alnum, 32, 32),
    Token("databricks_token", "dapi", Hex, 32, 32),
    Token("docker_token", "dckr_oat_", Word, 32, 32),
    Token("docker_token", "dckr_pat_", Word, 27, 27),
    Token("digitalocean_token", "doo_v1_", Hex, 64, 64),
    Token("digitalocean_token", "dop_v1_", Hex, 64, 64),
    Token("digitalocean_token", "dor_v1_", Hex, 64, 64),
    Token("doppler_token", "dp.pt.", Alnum, 43, 43),
    Token("doppler_token", "dp.st.", Dotted, 40, 60),
    Token("figma_token", "figd_", Word, 40, 64),
    Token("fly_token", "fm2_", Base64, 100, ANY),
    Token("fly_token", "fo1_", Word, 43, 43),
    Token("github_token", "gho_", Alnum, 36, 255),
    Token("github_token", "ghp_", Alnum, 36, 255),
    Token("github_token", "ghr_", Alnum, 36, 255),
    Token("github_token", "ghs_", Alnum, 36, 255),
    Token("github_token", "ghu_", Alnum, 36, 255),
    Token("github_token", "github_pat_", Word, 60, 255),
    Token("grafana_token", "glc_", Base64, 32, 400),
    Token("gitlab_token", "glcbt-", Word, 20, 64),
    Token("gitlab_token", "gldt-", Word, 20, 64),
    Token("gitlab_token", "glpat-", Dotted, 20, 64),
    Token("gitlab_token", "glptt-", Hex, 40, 40),
    Token("gitlab_token", "glrt-", Word, 20, 64),
    Token("grafana_token", "glsa_", Word, 41, 41),
    Token("gitlab_token", "glsoat-", Word, 20, 64),
    Token("groq_key", "gsk_", Alnum, 52, 52),
    Token("huggingface_token", "hf_", Alnum, 34, 34),
    Token("vault_token", "hvb.", Word, 100, 300),
    Token("vault_token", "hvs.", Word, 24, 300),
    Token("mailgun_key", "key-", Hex, 32, 32),
    Token("linear_key", "lin_api_", Alnum, 40, 40),
    Token("netlify_token", "nfp_", Alnum, 36, 40),
    Token("npm_token", "npm_", Alnum, 36, 36),
    Token("notion_token", "ntn_", Alnum, 43, 50),
    Token("nuget_key", "oy2", Alnum, 43, 43),
    Token("airtable_token", "pat", Dotted, 79, 79),
    Token("perplexity_key", "pplx-", Alnum, 48, 48),
    Token("planetscale_password", "pscale_pw_", Word, 32, 64),
    Token("planetscale_token", "pscale_tkn_", Word, 32, 64),
    Token("pulumi_token", "pul-", Hex, 40, 40),
    Token("pypi_token", "pypi-AgEIcHlwaS5vcmc", Word, 50, ANY),
    Token("pypi_token", "pypi-AgENdGVzdC5weXBpLm9yZw", Word, 50, ANY),
    Token("replicate_token", "r8_", Alnum, 37, 37),
    Token("stripe_key", "rk_live_", Alnum, 20, 247),
    Token("stripe_key", "rk_test_", Alnum, 20, 247),
    Token("rubygems_token", "rubygems_", Hex, 48, 48),
    Token("supabase_key", "sb_secret_", Word, 24, 60),
    Token("supabase_token", "sbp_", Hex, 40, 40),
    Token("shopify_token", "shpat_", Hex, 32, 32),
    Token("shopify_token", "shpca_", Hex, 32, 32),
    Token("shopify_token", "shppa_", Hex, 32, 32),
    Token("shopify_token", "shpss_", Hex, 32, 32),
    Token("openai_key", "sk-", Alnum, 32, 64),
    Token("openai_key", "sk-admin-", Word, 40, 255),
    Token("anthropic_key", "sk-ant-", Word, 40, 255),
    Token("openrouter_key", "sk-or-v1-", Hex, 64, 64),
    Token("openai_key", "sk-proj-", Word, 40, 255),
    Token("openai_key", "sk-svcacct-", Word, 40, 255),
    Token("mapbox_token", "sk.eyJ", Dotted, 60, 200),
    Token("stripe_key", "sk_live_", Alnum, 20, 247),
    Token("stripe_key", "sk_test_", Alnum, 20, 247),
    Token("dropbox_token", "sl.", Word, 130, 200),
    Token("sentry_token", "sntrys_", Base64, 60, 400),
    Token("sentry_token", "sntryu_", Hex, 64, 64),
    Token("square_token", "sq0atp-", Word, 22, 22),
    Token("square_secret", "sq0csp-", Word, 43, 43),
    Token("tailscale_key", "tskey-", Word, 24, 100),
    Token("vercel_token", "vcp_", Alnum, 24, 100),
    Token("stripe_webhook_secret", "whsec_", Base64, 32, 128),
    Token("xai_key", "xai-", Alnum, 80, 80),
    Token("slack_token", "xapp-", Word, 24, 255),
    Token("brevo_key", "xkeysib-", Word, 81, 81),
    Token("slack_token", "xoxa-", Word, 24, 255),
    Token("slack_token", "xoxb-", Word, 24, 255),
    Token("slack_token", "xoxc-", Word, 24, 255),
    Token("slack_token", "xoxd-", Base64, 24, 400),
    Token("slack_token", "xoxe.", Dotted, 24, 400),
    Token("slack_token", "xoxo-", Word, 24, 255),
    Token("slack_token", "xoxp-", Word, 24, 255),
    Token("slack_token", "xoxr-", Word, 24, 255),
    Token("slack_token", "xoxs-", Word, 24, 255),
    Token("google_oauth_token", "ya29.", Dotted, 20, ANY),
];

/// The ids of the table.
pub(super) fn ids() -> impl Iterator<Item = &'static str> {
    TOKENS.iter().map(|token| token.0)
}

/// The token that starts at a place, where a word starts.
pub(super) fn at(text: &str, at: usize) -> Option<Secret> {
    let rest = text.get(at..)?;
    let first = rest.bytes().next()?;
    let begins = |token: &Token| token.1.bytes().next().unwrap_or_default();
    let from = TOKENS.partition_point(|token| begins(token) < first);
    let candidates = TOKENS.get(from..)?.iter().take_while(|token| begins(token) == first);
    // The table is sorted, so the last that fits has the longest prefix.
    let fits = |token: &&Token| rest.starts_with(token.1) && token.body(rest).is_some();
    let token = candidates.filter(fits).last()?;
    let end = at.checked_add(token.1.len())?.checked_add(token.body(rest)?)?;
    Some(Secret { id: token.0, start: at, end })
}

impl Token {
    /// The length behind the prefix, of a text that starts with it.
    fn body(&self, rest: &str) -> Option<usize> {
        let Self(_, prefix, alphabet, least, most) = self;
        let body = rest.get(prefix.len()..)?;
        let longest = most.checked_add(1)?;
        let length = body.bytes().take(longest).take_while(|byte| alphabet.has(*byte)).count();
        if length < *least || length > *most {
            return None;
        }
        let body = body.get(..length)?;
        // A sentence's full stop is none of the token.
        let trimmed = body.trim_end_matches(['.', '-', '=']).len().max(*least);
        let body = body.get(..trimmed)?;
        let random = match alphabet {
            Hex => 250,
            Upper | Alnum | Word | Dotted | Base64 => 300,
        };
        (entropy(body) >= random && !is_placeholder(body)).then_some(trimmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Characters of the alphabet in an order without words and runs.
    fn body(alphabet: Alphabet, length: usize) -> String {
        let all: Vec<char> = ('0'..='9').chain('a'..='z').chain('A'..='Z').collect();
        let fits = |char: &char| alphabet.has(*char as u8);
        (0..)
            .map(|index: usize| all[(index * 29 + index / 7 * 3) % all.len()])
            .filter(fits)
            .take(length)
            .collect()
    }

    #[test]
    fn the_table_is_sorted_and_has_no_twins() {
        assert!(
            TOKENS
                .windows(2)
                .all(|pair| pair[0].1 < pair[1].1 || pair[0].1 == pair[1].1 && pair[0].3 != pair[1].3),
            "{:?}",
            TOKENS.windows(2).find(|pair| pair[0].1 > pair[1].1).map(|pair| pair[1].1)
        );
        assert!(super::super::ids().len() >= 40);
    }

    #[test]
    fn each_kind_fires_on_its_own_and_not_on_what_is_near() {
        for Token(id, prefix, alphabet, least, most) in &TOKENS {
            let whole = format!("{prefix}{}", body(*alphabet, *least));
            let text = format!("key: {whole} next");
            let found = super::super::find_secrets(&text);
            let secret = found.first().unwrap_or_else(|| panic!("{whole}"));
            assert_eq!((secret.id, &text[secret.start..secret.end]), (*id, whole.as_str()));
            let fires = |text: &str| {
                super::super::find_secrets(text)
                    .iter()
                    .any(|secret| secret.id == *id && text[secret.start..].starts_with(prefix))
            };
            assert!(!fires(&format!("a {prefix}{}", body(*alphabet, least - 1))), "{id} too short");
            assert!(!fires(&format!("a {prefix}{}", "x".repeat(*least))), "{id} of one letter");
            assert!(!fires(&format!("a x{whole}")), "{id} inside of a word");
            assert!(!fires(&format!("a {prefix}<your-token>")), "{id} to fill in");
            if *most < 100 && *alphabet != Dotted {
                assert!(!fires(&format!("a {prefix}{}", body(*alphabet, most + 1))), "{id} too long");
            }
        }
    }
}
