package org.guestmount.core.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.drive.LocalImage;
import org.guestmount.core.drive.RemoteImage;
import org.guestmount.core.drive.Secret;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With a shell script in place of virsh. */
class LibvirtTest {
    @TempDir
    Path folder;

    private Libvirt libvirt;

    @BeforeEach
    void start() {
        libvirt = new Libvirt(List.of(folder), "qemu:///system");
    }

    private void virsh(String script) throws IOException {
        Path file = folder.resolve("virsh");
        Files.writeString(file, "#!/bin/sh\necho \"$*\" >>'" + folder + "/calls'\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void domain(String attributes, String disks) throws IOException {
        Files.writeString(
                folder.resolve("xml"),
                "<?xml version='1.0'?>\n<!-- made up -->\n<domain type='kvm'" + attributes
                        + ">\n<name>a</name><devices>" + disks + "<interface type='user'/></devices>\n</domain>\n");
        virsh("case $* in"
                + " *secret-get-value*) echo c2VjcmV0;;"
                + " *vol-path*) echo /pools/volume.qcow2;;"
                + " *) cat '" + folder + "/xml';; esac");
    }

    private Drive only(String disk) throws Exception {
        domain("", disk);
        List<Drive> drives = libvirt.drives("a", false, null);
        assertThat(drives).hasSize(1);
        return drives.get(0);
    }

    @Test
    void disksComeInOrderWithWhatIsKnownOfThem() throws Exception {
        domain("", """
                <disk type='file' device='disk'>
                  <driver name='qemu' type='qcow2'/><source file='/a &amp; &#x62;.qcow2'/><target dev='vda'/>
                </disk>
                <disk type='file' device='cdrom'><source file='/cd.iso'/><readonly/></disk>
                <disk type='file' device='cdrom'/>
                <disk type='block' device='lun'>
                  <driver type='raw'/><source dev='/dev/vg/lv'/><blockio logical_block_size='4096'/>
                </disk>
                <disk type='volume'><source pool='p' volume='v'/><readonly/></disk>
                """);

        assertThat(libvirt.drives("a", false, null))
                .containsExactly(
                        new Drive(Path.of("/a & b.qcow2"), "qcow2", false, null),
                        new Drive(Path.of("/dev/vg/lv"), "raw", false, 4096),
                        new Drive(Path.of("/pools/volume.qcow2"), null, true, null));
        assertThat(libvirt.drives("a", true, 512))
                .allMatch(Drive::readOnly)
                .extracting(Drive::blockSize)
                .containsOnly(512);
        assertThat(folder.resolve("calls"))
                .content()
                .contains("--quiet --readonly --connect qemu:///system dumpxml --domain a\n")
                .contains("vol-path --pool p --vol v\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<source protocol='nbd' name='e'><host name='h' port='7'/></source>|nbd://h:7/e",
                "<source protocol='nbd'><host transport='unix' socket='/s'/></source>|nbd+unix:///?socket=/s",
                "<source protocol='https' name='/a.img' query='t=1'><host name='h'/></source>|https://h/a.img?...",
                "<source protocol='ftp' name='a.img'><host name='h' port='2121'/></source>|ftp://h:2121/a.img",
                "<source protocol='ssh' name='a.img'><host name='h'/></source>|ssh://h/a.img",
                "<source protocol='iscsi' name='iqn.2001-04.com.example:d/2'><host name='h'/></source>|iscsi://h/iqn.2001-04.com.example:d/2",
                "<source protocol='rbd' name='pool/i'><host name='m1' port='6789'/><host name='m2'/></source>|rbd://m1,m2/pool/i",
                "<source protocol='rbd' name='pool/i'/>|rbd:///pool/i"
            })
    void networkDisksAreWhatTheirUrisWouldBe(String source, String uri) throws Exception {
        assertThat(only("<disk type='network'>" + source + "</disk>").image()).hasToString(uri);
    }

    @Test
    void secretsAreFetched() throws Exception {
        String auth = "<auth username='u'><secret type='ceph' uuid='1-2'/></auth>";
        Drive drive = only("<disk type='network'><source protocol='rbd' name='p/i'>" + auth + "</source></disk>");

        assertThat(((RemoteImage) drive.image()).secret()).isEqualTo(new Secret("c2VjcmV0", true));
        assertThat(folder.resolve("calls"))
                .content()
                .contains("secret-get-value --secret 1-2")
                .doesNotContain("c2V");
    }

    @Test
    void aRunningDomainIsOnlyRead() throws Exception {
        domain(" id='3'", "<disk type='file'><source file='/a'/></disk>");

        assertThatThrownBy(() -> libvirt.drives("a", false, null))
                .isInstanceOf(LibvirtException.class)
                .hasMessage(
                        "domain a: is running, and writing to its disks would destroy them; shut it down, or add --ro");
        assertThat(libvirt.drives("a", true, null))
                .extracting(Drive::image)
                .containsExactly(new LocalImage(Path.of("/a")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<disk type='dir'><source dir='/'/><target dev='sda'/></disk>|its disk sda is of type 'dir'",
                "<disk type='file'><source/><target dev='sda'/></disk>|its disk sda has no file",
                "<disk type='network'><source protocol='sheepdog' name='x'/></disk>|reached by 'sheepdog'",
                "<disk type='network'><source protocol='nbd'><host name='h' port='x'/></source></disk>|'x' where a number should be",
                "<disk type='network'><source protocol='http' name='x'/></disk>|has 0 hosts",
                "<disk type='file'><source file='/a'><slices><slice/></slices></source></disk>|a slice",
                "|has no disks"
            })
    void saysWhichDiskCannotBeUsed(String disks, String problem) throws Exception {
        domain("", disks == null ? "" : disks);

        assertThatThrownBy(() -> libvirt.drives("a", true, null))
                .isInstanceOf(LibvirtException.class)
                .hasMessageStartingWith("domain a: ")
                .hasMessageContaining(problem);
    }

    @Test
    void quotesVirsh() throws Exception {
        virsh("echo \"error: failed to get domain 'a'\" >&2; exit 1");
        assertThatThrownBy(() -> libvirt.drives("a", true, null)).hasMessage("domain a: failed to get domain 'a'");

        Files.delete(folder.resolve("virsh"));
        assertThatThrownBy(() -> libvirt.drives("a", true, null)).hasMessageContaining("libvirt-clients");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<!DOCTYPE a [<!ENTITY e 'x'>]><a/>|no name",
                "<a>&e;</a>|unknown entity e",
                "<a>|its end",
                "<a></b>|another end",
                "<a x='1' x='2'/>|twice",
                "<a x='<'/>|< in an attribute",
                "<a/><b/>|after the end",
                "<a>&#x110000;</a>|impossible character",
                "plain|no <"
            })
    void refusesWhatIsNotTheXmlItKnows(String document, String problem) {
        assertThatThrownBy(() -> XmlReader.read(document))
                .isInstanceOf(LibvirtException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void refusesElementsNestedWithoutEnd() {
        assertThatThrownBy(() -> XmlReader.read("<a>".repeat(100_000))).hasMessageContaining("nested too deeply");
    }

    @Test
    void readsTextAndWhatIsNotText() throws Exception {
        XmlElement root = XmlReader.read("<a b = \"1\"><?x y?><!-- <z> -->t<![CDATA[<&]]>&lt;<c:d/> </a>");

        assertThat(root.text()).isEqualTo("t<&< ");
        assertThat(root.attribute("b")).isEqualTo("1");
        assertThat(root.child("c:d")).isPresent();
    }
}
