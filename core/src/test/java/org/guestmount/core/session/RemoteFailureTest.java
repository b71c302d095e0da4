package org.guestmount.core.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.guestmount.core.drive.ImageUri;
import org.guestmount.core.drive.RemoteImage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RemoteFailureTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "nbd://h/e|blockdev-add: Failed to connect to '127.0.0.1:1': Connection refused|nobody answers there",
                "nbd:///e?socket=/nope|blockdev-add: Failed to connect to '/nope': No such file or directory|no such socket",
                "nbd://x/e|address resolution failed for x:10809: Name or service not known|no host of this name",
                "nbd://h/e|Requested export not available|no such export",
                "http://h/a|CURL: Error opening file: Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn't connect to server|nobody answers",
                "http://h/a|CURL: Error opening file: Could not resolve host: nohost.invalid|no host of this name",
                "http://h/a|CURL: Error opening file: The requested URL returned error: 404|no such file on the server",
                "http://h/a|CURL: Error opening file: The requested URL returned error: 401|refuses you",
                "http://h/a|Server does not support 'range' (byte ranges).|cannot send parts",
                "https://h/a|CURL: Error opening file: server certificate verification failed. CAfile: none CRLfile: none|does not trust",
                "ftp://h/a|CURL: Error opening file: Access denied: 530|refuses you",
                "http://h/a|blockdev-add: Unknown driver 'http'|qemu-block-curl",
                "ssh://h/a|Parameter 'driver' does not accept value 'ssh'|qemu-block-extra",
                "ssh://h/a|no host key was found in known_hosts|known_hosts file; connect once",
                "ssh://h/a|remote host ssh-ed25519 key fingerprint 'sha256:29' does not match host_key_check 'sha256:00'|not the one it is known by",
                "ssh://h/a|host key (ssh-ed25519 key with fingerprint 5b:c8) does not match the one in known_hosts; this may be a possible attack|not the one it is known by",
                "ssh://h/a|host key does not match the one in known_hosts; this may be a possible attack|not the one it is known by",
                "ssh://h/a|host key for this server not found, another type exists|not the one it is known by",
                "ssh://h/a|failed to authenticate using publickey authentication and the identities held by your ssh-agent|with your keys",
                "ssh://h/a|failed to open remote file '/a': SFTP server: No such file or directory (libssh error code: 1)|no such file on",
                "ftp://h/a|CURL: Error opening file: The file does not exist|no such file on",
                "ssh://h/a|blockdev-add: no answer within 60 s|does not answer in time",
                "iscsi://h/t|iSCSI: Failed to connect to LUN : iscsi_service failed with : iscsi_service_reconnect_if_loggedin. Can not reconnect right now.|nobody answers",
                "rbd://h/p/i|something new|QEMU cannot open it: something new"
            })
    void saysWhyAndWhatToDo(String uri, String said, String expected) {
        assertThat(RemoteFailure.explain((RemoteImage) ImageUri.parse(uri, Map.of()), said))
                .contains(expected);
    }
}
