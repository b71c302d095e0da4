package org.guestmount.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.guestmount.core.json.JsonException;
import org.guestmount.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * A volume's passphrase, encrypted by clevis and kept in a token of the LUKS2 header. Whoever made the volume wrote it, and so chose
 * what this host's clevis is to do with it: only pins whose doings are known get through, and only web servers as Tang's.
 *
 * <p>Source: RFC 7516 sections 7.1 and 7.2.2; LUKS2 On-Disk Format Specification, section 3.4; clevis(1), clevis-encrypt-tang(1),
 * clevis-encrypt-sss(1).
 *
 * @param jwe the encrypted passphrase, in the compact form
 * @param policy what it takes to decrypt it, for people
 */
record ClevisToken(String jwe, String policy) {
    /** As many as a header has room for, by its specification. */
    private static final int MAX_TOKENS = 32;

    /** A pipe holds this much: so clevis can be given it without waiting for clevis to read. */
    private static final int MAX_JWE_CHARS = 1 << 16;

    private static final int MAX_POLICY_CHARS = 200;

    /** In the order of the compact form. The passphrase's key may be empty, for it may be agreed on instead of being encrypted. */
    private static final List<String> PARTS = List.of("protected", "encrypted_key", "iv", "ciphertext", "tag");

    private static final Pattern COMPACT = Pattern.compile("[\\w-]+\\.[\\w-]*\\.[\\w-]+\\.[\\w-]+\\.[\\w-]+");

    /** What curl, which clevis calls with it, takes for nothing but a web server: no option, no file, no other protocol. */
    private static final Pattern WEB_SERVER = Pattern.compile(
            "(https?://)?([a-z0-9_][a-z0-9._-]*|\\[[0-9a-f:.]+])(:[0-9]{1,5})?(/[!-~]*)?", Pattern.CASE_INSENSITIVE);

    /**
     * The tokens of clevis in a header's metadata, not yet looked into.
     *
     * @throws ClevisException if it is not a LUKS2 header's
     */
    static List<JsonObject> find(String metadata) throws ClevisException {
        JsonObject tokens;
        try {
            tokens = JsonObject.parse(metadata).object("tokens");
        } catch (JsonException e) {
            throw new ClevisException("the metadata in its header is damaged", e);
        }
        List<JsonObject> found = new ArrayList<>();
        for (int i = 0; i < MAX_TOKENS; i++) {
            if (tokens.get(Integer.toString(i)) instanceof JsonObject token && "clevis".equals(token.get("type"))) {
                found.add(token);
            }
        }
        return found;
    }

    /** @throws ClevisException if it is damaged, or asks for what is not to be done for it */
    static ClevisToken parse(JsonObject token) throws ClevisException {
        if (!(token.get("jwe") instanceof JsonObject parts)) {
            throw new ClevisException("its clevis token is damaged: it has no jwe");
        }
        List<String> texts = new ArrayList<>();
        for (String name : PARTS) {
            if (!(parts.get(name) instanceof String text)) {
                throw new ClevisException("its clevis token is damaged: it has no " + name);
            }
            texts.add(text);
        }
        String jwe = String.join(".", texts);
        String policy = policy(jwe);
        return new ClevisToken(
                jwe, policy.length() <= MAX_POLICY_CHARS ? policy : policy.substring(0, MAX_POLICY_CHARS) + "...");
    }

    /** What its protected header asks for. */
    private static String policy(String jwe) throws ClevisException {
        if (jwe.length() > MAX_JWE_CHARS) {
            throw new ClevisException("its clevis token is larger than " + (MAX_JWE_CHARS >> 10) + " KiB");
        }
        if (!COMPACT.matcher(jwe).matches()) {
            throw new ClevisException("its clevis token is damaged: it is not in base64url");
        }
        JsonObject clevis = member(header(jwe), "clevis");
        Object pin = clevis.get("pin");
        if ("tang".equals(pin)) {
            return "tang " + server(member(clevis, "tang").get("url"));
        }
        if ("tpm2".equals(pin)) {
            return "tpm2";
        }
        if ("sss".equals(pin)) {
            return "sss of " + shares(member(clevis, "sss").get("jwe"));
        }
        throw new ClevisException("its clevis token asks for another pin than tang, tpm2 and sss");
    }

    private static JsonObject header(String jwe) throws ClevisException {
        try {
            byte[] header = Base64.getUrlDecoder().decode(jwe.substring(0, jwe.indexOf('.')));
            return JsonObject.parse(new String(header, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException | JsonException e) {
            throw new ClevisException("its clevis token is damaged: its header is not JSON in base64url", e);
        }
    }

    private static JsonObject member(JsonObject object, String name) throws ClevisException {
        if (object.get(name) instanceof JsonObject member) {
            return member;
        }
        throw new ClevisException("its clevis token is damaged: its header says nothing about " + name);
    }

    private static String server(@Nullable Object url) throws ClevisException {
        if (url instanceof String text && WEB_SERVER.matcher(text).matches()) {
            return text;
        }
        throw new ClevisException("its clevis token names a Tang server that is no web server");
    }

    /** Each share of the secret is a passphrase encrypted in the same way. */
    private static String shares(@Nullable Object shares) throws ClevisException {
        if (!(shares instanceof List<?> list)) {
            throw new ClevisException("its clevis token is damaged: its header has no shares for sss");
        }
        List<String> policies = new ArrayList<>();
        for (Object share : list) {
            if (!(share instanceof String jwe)) {
                throw new ClevisException("its clevis token is damaged: a share for sss is no text");
            }
            policies.add(policy(jwe));
        }
        return policies.stream().collect(Collectors.joining(", ", "(", ")"));
    }
}
