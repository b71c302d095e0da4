package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.guestmount.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClevisTokenTest {
    static String tangJwe(String url) {
        return jwe(header("tang", new JsonObject().put("url", url)));
    }

    private static String jwe(JsonObject header) {
        byte[] bytes = header.toString().getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "..aXY.Y2lwaGVy.dGFn";
    }

    private static JsonObject header(String pin, JsonObject settings) {
        JsonObject clevis = new JsonObject().put("pin", pin).put(pin, settings);
        return new JsonObject().put("alg", "ECDH-ES").put("clevis", clevis);
    }

    /** That of a header with these in tokens, after one of another kind. */
    static String metadata(String... jwes) {
        JsonObject tokens = new JsonObject().put("0", new JsonObject().put("type", "luks2-keyring"));
        for (int i = 0; i < jwes.length; i++) {
            tokens.put(Integer.toString(i + 1), token(flattened(jwes[i])));
        }
        return new JsonObject().put("tokens", tokens).toString();
    }

    private static JsonObject token(JsonObject jwe) {
        return new JsonObject()
                .put("type", "clevis")
                .put("keyslots", List.of("1"))
                .put("jwe", jwe);
    }

    /** RFC 7516 section 7.2.2. */
    private static JsonObject flattened(String jwe) {
        String[] parts = jwe.split("[.]", -1);
        return new JsonObject()
                .put("ciphertext", parts[3])
                .put("encrypted_key", parts[1])
                .put("iv", parts[2])
                .put("protected", parts[0])
                .put("tag", parts[4]);
    }

    private static ClevisToken parse(String jwe) throws ClevisException {
        return ClevisToken.parse(token(flattened(jwe)));
    }

    private static void assertRefused(JsonObject token, String message) {
        assertThatThrownBy(() -> ClevisToken.parse(token))
                .isInstanceOf(ClevisException.class)
                .hasMessageStartingWith("its clevis token ")
                .hasMessageContaining(message);
    }

    private static void assertRefused(String jwe, String message) {
        assertRefused(token(flattened(jwe)), message);
    }

    @Test
    void theCompactFormHasThePartsInTheirOrder() throws ClevisException {
        String jwe = tangJwe("http://tang.example");

        ClevisToken token = ClevisToken.parse(ClevisToken.find(metadata(jwe)).get(0));

        assertThat(token.jwe()).isEqualTo(jwe).matches("[\\w-]+[.][.]aXY[.]Y2lwaGVy[.]dGFn");
        assertThat(token.policy()).isEqualTo("tang http://tang.example");
    }

    @Test
    void tokensOfOtherKindsAndFurtherOnesAreLeftAlone() throws ClevisException {
        assertThat(ClevisToken.find(metadata())).isEmpty();
        assertThat(ClevisToken.find(
                        "{\"tokens\":{\"0\":7,\"1\":{\"type\":[\"clevis\"]},\"99\":{\"type\":\"clevis\"}}}"))
                .isEmpty();
        assertThat(ClevisToken.find(metadata(tangJwe("a"), tangJwe("b")))).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no JSON", "{}", "[]", "{\"tokens\":[]}", "{\"tokens\":{"})
    void damagedMetadataIsSaidToBe(String metadata) {
        assertThatThrownBy(() -> ClevisToken.find(metadata))
                .isInstanceOf(ClevisException.class)
                .hasMessage("the metadata in its header is damaged");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://tang.example",
                "HTTPS://tang.example:8443/path",
                "tang1",
                "192.0.2.1:7500",
                "http://[2001:db8::1]:80"
            })
    void tangServersAreWebServers(String url) throws ClevisException {
        assertThat(parse(tangJwe(url)).policy()).isEqualTo("tang " + url);
    }

    /** Curl is called with the URL as an argument. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-o/etc/passwd",
                "--config=/tmp/x",
                "file:///etc/passwd",
                "file:/etc/passwd",
                "ftp://host",
                "gopher://host:25/x",
                "http://",
                "http:///x",
                "http://-x",
                "http://user:word@host",
                "http://host/a b",
                "http://host/\n",
                "http://host\nhttp://other",
                "http://host:80x",
                "http://h\u00f6st"
            })
    void otherUrlsAreRefused(String url) {
        assertRefused(tangJwe(url), "no web server");
    }

    @Test
    void sharesOfASecretAreLookedInto() throws ClevisException {
        String tpm = jwe(header("tpm2", new JsonObject()));
        String inner = jwe(header("sss", new JsonObject().put("jwe", List.of(tangJwe("http://b"), tpm))));
        String outer = jwe(header("sss", new JsonObject().put("jwe", List.of(tangJwe("http://a"), inner))));

        assertThat(parse(outer).policy()).isEqualTo("sss of (tang http://a, sss of (tang http://b, tpm2))");
        assertRefused(
                jwe(header("sss", new JsonObject().put("jwe", List.of(tpm, tangJwe("file:///dev/sda"))))),
                "no web server");
        assertRefused(jwe(header("sss", new JsonObject().put("jwe", List.of(7L)))), "a share for sss is no text");
        assertRefused(jwe(header("sss", new JsonObject().put("jwe", "x"))), "no shares");
        assertRefused(jwe(header("sss", new JsonObject().put("jwe", List.of("x")))), "not in base64url");
    }

    /** Others run programs and load libraries that whoever made the volume may choose. */
    @ParameterizedTest
    @ValueSource(strings = {"pkcs11", "../../tmp/x", "", "tang ", "TANG", "null"})
    void otherPinsAreRefused(String pin) {
        assertRefused(jwe(header(pin, new JsonObject())), "another pin");
    }

    @Test
    void damagedTokensAreSaidToBe() {
        String good = tangJwe("a");
        assertRefused(new JsonObject().put("type", "clevis"), "no jwe");
        assertRefused(token(new JsonObject()), "no protected");
        assertRefused(token(flattened(good).put("tag", 7L)), "no tag");
        for (String text : List.of("", "a.b", "a+b", "a/b", "a=", "a b", "a\n", "a\0", "\u00e4")) {
            assertRefused(token(flattened(good).put("tag", text)), "not in base64url");
        }
        assertRefused(token(flattened(good).put("ciphertext", "A".repeat(1 << 16))), "larger than 64 KiB");
        assertRefused(token(flattened(good).put("protected", "A")), "not JSON in base64url");
        assertRefused(token(flattened(good).put("protected", "AAAA")), "not JSON in base64url");
        assertRefused(jwe(new JsonObject()), "nothing about clevis");
        assertRefused(jwe(new JsonObject().put("clevis", "tang")), "nothing about clevis");
        assertRefused(jwe(new JsonObject().put("clevis", new JsonObject().put("pin", "tang"))), "nothing about tang");
        assertRefused(jwe(new JsonObject().put("clevis", new JsonObject().put("pin", 7L))), "another pin");
        assertRefused(jwe(header("tang", new JsonObject())), "no web server");
    }

    @Test
    void aLongPolicyIsCut() throws ClevisException {
        assertThat(parse(tangJwe("http://a/" + "x".repeat(20_000))).policy())
                .hasSize(203)
                .endsWith("xxx...");
    }
}
