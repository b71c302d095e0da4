package org.guestmount.core.drive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageUriTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("DISK_PASSWORD", "from@where:els%65");

    @Test
    void aFileIsAFile() {
        assertThat(ImageUri.parse("file:///a%20b/c+d.img", ENVIRONMENT))
                .isEqualTo(new LocalImage(Path.of("/a b/c+d.img")));
        assertThat(ImageUri.parse("file://localhost/a", ENVIRONMENT)).isEqualTo(new LocalImage(Path.of("/a")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "nbd://h|{'driver':'nbd','read-only':true,'server':{'type':'inet','host':'h','port':'10809'},'export':'','reconnect-delay':10}",
                "nbd://[::1]:7/a%20b|{'driver':'nbd','read-only':true,'server':{'type':'inet','host':'::1','port':'7'},'export':'a b','reconnect-delay':10}",
                "nbd:///e?socket=/a%3Db|{'driver':'nbd','read-only':true,'server':{'type':'unix','path':'/a=b'},'export':'e','reconnect-delay':10}",
                "nbd+unix:///?socket=/s|{'driver':'nbd','read-only':true,'server':{'type':'unix','path':'/s'},'export':'','reconnect-delay':10}",
                "nbd://?socket=/s|{'driver':'nbd','read-only':true,'server':{'type':'unix','path':'/s'},'export':'','reconnect-delay':10}",
                "http://h/a%20b.img?x=1|{'driver':'http','read-only':true,'url':'http://h/a%20b.img?x=1','timeout':30}",
                "https://u@h:444/a|{'driver':'https','read-only':true,'url':'https://h:444/a','timeout':30,'username':'u'}",
                "ftp://u:p@h/a|{'driver':'ftp','read-only':true,'url':'ftp://h/a','timeout':30,'username':'u','password-secret':'password'}",
                "ssh://me@h:2222/a%20b|{'driver':'ssh','read-only':true,'server':{'host':'h','port':'2222'},'path':'/a b','host-key-check':{'mode':'known_hosts'},'user':'me'}",
                "ssh://h/a?host_key_check=sha256:00ff|{'driver':'ssh','read-only':true,'server':{'host':'h','port':'22'},'path':'/a','host-key-check':{'mode':'hash','type':'sha256','hash':'00ff'}}",
                "ssh://h/a?host_key_check=no|{'driver':'ssh','read-only':true,'server':{'host':'h','port':'22'},'path':'/a','host-key-check':{'mode':'none'}}",
                "iscsi://u:p@h/iqn.2001-04.com.example:disk/3|{'driver':'iscsi','read-only':true,'transport':'tcp','portal':'h:3260','target':'iqn.2001-04.com.example:disk','lun':3,'initiator-name':'iqn.2008-11.org.linux-kvm:guestmount','user':'u','password-secret':'password'}",
                "rbd://u:a2V5@mon:6790/pool/disk|{'driver':'rbd','read-only':true,'pool':'pool','image':'disk','server':[{'host':'mon','port':'6790'}],'user':'u','key-secret':'password'}",
                "rbd:///pool/space/disk|{'driver':'rbd','read-only':true,'pool':'pool','image':'disk','namespace':'space'}"
            })
    void describesItToQemu(String uri, String node) {
        assertThat(remote(uri).node(true, true)).hasToString(node.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource({
        "nbd://h,nbd://h/",
        "nbd://h:10810/e,nbd://h:10810/e",
        "nbd:///e?socket=/s,nbd+unix:///e?socket=/s",
        "http://u:hidden@h/a?token=hidden,http://u@h/a?...",
        "iscsi://u:hidden@h/t,iscsi://u@h/t/0",
        "rbd://u:hidden@h:6789/p/i,rbd://u@h/p/i",
        "rbd:///p/s/i,rbd:///p/s/i",
        "ssh://h/a?host_key_check=no,ssh://h/a"
    })
    void isNamedWithoutPassword(String uri, String shown) {
        assertThat(remote(uri)).hasToString(shown);
    }

    @Test
    void passwordsAreDecodedAndApart() {
        RemoteImage image = remote("http://u%40x:p%3A%2F+:q@h/a");

        assertThat(image.secret()).isEqualTo(new Secret("p:/+:q", false)).hasToString("(secret)");
        assertThat(image.node(true, true).toString()).contains("\"u@x\"").doesNotContain("+:q");
        assertThat(remote("rbd://u:a2V5@h/p/i").secret()).isEqualTo(new Secret("a2V5", true));
        assertThat(remote("http://u@h/a").secret()).isNull();
    }

    @Test
    void aPasswordMayBeInTheEnvironment() {
        assertThat(remote("http://u:{DISK_PASSWORD}@h/a").secret()).isEqualTo(new Secret("from@where:else", false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> remote("http://u:{NOWHERE}@h/a"))
                .withMessageContaining("environment variable NOWHERE, which is not set");
    }

    @Test
    void whatCanBeWrittenIsSaidToQemu() {
        assertThat(remote("nbd://h").node(false, false).toString())
                .contains("\"read-only\":false")
                .contains("\"discard\":\"unmap\"");
        assertThat(RemoteProtocol.NBD.isWritable()).isTrue();
        assertThat(RemoteProtocol.HTTPS.isWritable()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gopher://h/a|gopher://h/a: unknown kind of URI; known are file, nbd, http, https, ftp, ftps, ssh, iscsi, rbd and nbd+unix",
                "http://h|names no file",
                "http://h/|names no file",
                "http:///a|names no server",
                "http://h:0/a|port '0' is not a number from 1 to 65535",
                "http://h:x/a|port 'x' is not a number",
                "http://u:hidden%zz@h/a|percent sign",
                "http://u:hid@den@h/a|http://...: its part before the path",
                "ssh://h|names no file",
                "ssh://u:hidden@h/a|QEMU logs in by key",
                "ssh://h/a?x=1|'x' after its question mark is unknown; known is host_key_check=",
                "ssh://h/a?host_key_check=maybe|none of yes, no",
                "nbd:///e|names no server",
                "nbd+unix:///e|names no server",
                "nbd://h/e?socket=/s|two servers",
                "nbd://a,b/e|more than one server",
                "nbd:///e?socket=s|must begin with /",
                "nbd://u@h/e|no user or password in nbd URIs",
                "iscsi://h/|names no target",
                "iscsi://h/t/x|logical unit 'x' is not a number from 0 to 255",
                "rbd://h:1/pool|names no image",
                "rbd://h:1//pool/image|names no image",
                "file://elsewhere/a|names no host",
                "file://|names no file"
            })
    void saysWhatIsWrong(String uri, String problem) {
        assertThatThrownBy(() -> ImageUri.parse(uri, ENVIRONMENT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem)
                .hasMessageNotContaining("hid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a://b", "disk.img", "C://x", "toolongscheme://h", "http:/h/a", ":///a"})
    void otherNamesAreFiles(String name) {
        assertThat(ImageUri.isUri(name)).isFalse();
    }

    private static RemoteImage remote(String uri) {
        return (RemoteImage) ImageUri.parse(uri, ENVIRONMENT);
    }
}
