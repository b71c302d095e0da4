package org.guestmount.core.session;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.guestmount.core.drive.RemoteImage;

/** Turns what QEMU's drivers and their libraries say of an image they cannot open into what the user should know. */
final class RemoteFailure {
    private record Explanation(Pattern said, String meaning) {
        Explanation(String said, String meaning) {
            this(Pattern.compile(said, Pattern.CASE_INSENSITIVE), meaning);
        }
    }

    // The first that fits. Sources: QEMU's block/{curl,iscsi,nbd,rbd,ssh}.c, and trying it out.
    private static final List<Explanation> EXPLANATIONS = List.of(
            new Explanation(
                    "does not accept value '[\\w-]+'|Unknown driver|unknown protocol|\"block-[\\w-]+\"|Failed to load module",
                    "this QEMU has no driver for it; install the package that brings it (Debian, Ubuntu: qemu-block-extra;"
                            + " Fedora: qemu-block-{package})"),
            new Explanation(
                    "no host key was found|host key not found|no ?host ?key|known_hosts file",
                    "the server's key is not in your known_hosts file; connect once with ssh(1) to check and keep it, or add"
                            + " ?host_key_check=sha256:HASH to the URI"),
            new Explanation(
                    "key .*does not match|host key mismatch|another type exists",
                    "the server's key is not the one it is known by: it was set up anew, or is another server. Find out"
                            + " before you trust it"),
            new Explanation(
                    "failed to authenticate using publickey|no more authentication methods",
                    "the server does not let you in with your keys; add one that it accepts to your ssh-agent (ssh-add), or"
                            + " name the USER in the URI. Passwords cannot be used"),
            new Explanation(
                    "returned error: 40[13]|Access denied|Login denied|530|Authentication fail|not authorized|0201\\)",
                    "the server refuses you; check the user and password, and what they may do"),
            new Explanation(
                    "returned error: 404|RETR response: 550|could ?n.t be found|remote file not found|does ?n.t exist"
                            + "|no such file or directory|failed to open remote file|no such image|error opening image",
                    "there is no such file on the server, or you may not see it; check the path"),
            new Explanation(
                    "export not available|export '.*' not present|unknown export|No export",
                    "the server has no such export; qemu-nbd --list shows those it has"),
            new Explanation(
                    "Target not found|no such target|LUN|Not ?Found\\(",
                    "the server has no such target or unit, or does not offer it to you"),
            new Explanation(
                    "support 'range'|byte ranges",
                    "the server cannot send parts of files, so the image has to be downloaded to be used"),
            new Explanation(
                    "certificate|SSL|TLS",
                    "the connection is not secure, because this host does not trust the server's certificate ({said})"));

    private static final List<Explanation> CONNECTION = List.of(
            new Explanation(
                    "resolve host|address resolution|Name or service|Could not resolve|getaddrinfo",
                    "there is no host of this name; check the name, and that this host can look names up"),
            new Explanation(
                    "'(/[^']*)': No such file or directory",
                    "there is no such socket; check its path, and that the server is running"),
            new Explanation(
                    "refused|couldn.t connect|could not connect|unreachable|No route|can not reconnect",
                    "nobody answers there; check that the server is running, the name and the port"),
            new Explanation(
                    "timed? ?out|no answer within",
                    "the server does not answer in time; check the name, and that no firewall is between"));

    private RemoteFailure() {}

    /** A sentence that says why, and the remedy; without a password, and without naming the image. */
    static String explain(RemoteImage image, String said) {
        String quoted = said.strip().replaceFirst("^(blockdev-add|object-add|block-export-add): ", "");
        for (List<Explanation> explanations : List.of(CONNECTION, EXPLANATIONS)) {
            for (Explanation explanation : explanations) {
                Matcher matcher = explanation.said().matcher(quoted);
                if (matcher.find()) {
                    return explanation
                            .meaning()
                            .replace("{package}", packageOf(image))
                            .replace("{said}", quoted);
                }
            }
        }
        return "QEMU cannot open it: " + quoted;
    }

    private static String packageOf(RemoteImage image) {
        return switch (image.protocol()) {
            case HTTP, HTTPS, FTP, FTPS -> "curl";
            case NBD, SSH, ISCSI, RBD -> image.protocol().scheme();
        };
    }
}
