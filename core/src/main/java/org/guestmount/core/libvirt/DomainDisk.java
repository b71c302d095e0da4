package org.guestmount.core.libvirt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.guestmount.core.drive.Drive;
import org.guestmount.core.drive.ImageLocation;
import org.guestmount.core.drive.LocalImage;
import org.guestmount.core.drive.RemoteImage;
import org.guestmount.core.drive.RemoteLogin;
import org.guestmount.core.drive.RemoteProtocol;
import org.guestmount.core.drive.RemoteServer;
import org.guestmount.core.drive.Secret;
import org.jspecify.annotations.Nullable;

/**
 * A disk of a domain: what its XML says of where its image is. Source: libvirt's "Domain XML format", "Hard drives, floppy disks,
 * CDROMs".
 */
final class DomainDisk {
    /** What else libvirt needs to be asked for. */
    interface Lookup {
        /** The path of a storage volume. */
        String volumePath(String pool, String volume) throws LibvirtException, InterruptedException;

        /** The value of a secret, in base64. */
        String secret(String uuid) throws LibvirtException, InterruptedException;
    }

    private static final Set<String> REMOVABLE = Set.of("cdrom", "floppy");

    private final XmlElement disk;
    private final XmlElement source;
    private final Lookup lookup;

    private DomainDisk(XmlElement disk, XmlElement source, Lookup lookup) {
        this.disk = disk;
        this.source = source;
        this.lookup = lookup;
    }

    /** The disk of an element {@code disk}; empty if it is a drive for media, or nothing is in it. */
    static Optional<DomainDisk> of(XmlElement disk, Lookup lookup) {
        String device = disk.attribute("device");
        if (device != null && REMOVABLE.contains(device)) {
            return Optional.empty();
        }
        return disk.child("source").map(source -> new DomainDisk(disk, source, lookup));
    }

    /** @param blockSize in bytes; null for that of the domain */
    Drive drive(boolean readOnly, @Nullable Integer blockSize) throws LibvirtException, InterruptedException {
        boolean neverWritten = disk.child("readonly").isPresent();
        return new Drive(
                location(), format(), null, readOnly || neverWritten, blockSize == null ? sectors() : blockSize);
    }

    private @Nullable String format() {
        return disk.child("driver").map(driver -> driver.attribute("type")).orElse(null);
    }

    private @Nullable Integer sectors() {
        String bytes = disk.child("blockio")
                .map(blockio -> blockio.attribute("logical_block_size"))
                .orElse("");
        return "4096".equals(bytes) ? Integer.valueOf(bytes) : null;
    }

    private ImageLocation location() throws LibvirtException, InterruptedException {
        if (source.child("slices").isPresent()) {
            throw unusable("is a slice of an image; add the image with -a and mount what is in it");
        }
        String type = disk.attribute("type");
        return switch (type == null ? "" : type) {
            case "file" -> new LocalImage(Path.of(required("file")));
            case "block" -> new LocalImage(Path.of(required("dev")));
            case "volume" -> new LocalImage(Path.of(lookup.volumePath(required("pool"), required("volume"))));
            case "network" -> network();
            default ->
                throw unusable(
                        "is of type '" + type + "'; only files, block devices, volumes and network disks can be used");
        };
    }

    private RemoteImage network() throws LibvirtException, InterruptedException {
        String name = Optional.ofNullable(source.attribute("name")).orElse("");
        RemoteProtocol protocol = RemoteProtocol.of(required("protocol"))
                .orElseThrow(() ->
                        unusable("is reached by '" + source.attribute("protocol") + "', which is not known here"));
        try {
            return switch (protocol) {
                case NBD -> nbd(name);
                case HTTP, HTTPS, FTP, FTPS ->
                    RemoteImage.web(protocol, server(protocol), path(name), source.attribute("query"), login());
                case SSH -> {
                    RemoteLogin login = login();
                    yield RemoteImage.ssh(server(protocol), login == null ? null : login.user(), path(name), "yes");
                }
                case ISCSI -> {
                    int slash = name.lastIndexOf('/');
                    String target = slash < 0 ? name : name.substring(0, slash);
                    int unit = slash < 0 ? 0 : number(name.substring(slash + 1));
                    yield RemoteImage.iscsi(server(protocol), target, unit, login());
                }
                case RBD -> {
                    int slash = name.lastIndexOf('/');
                    if (slash <= 0) {
                        throw unusable("has no pool in its name '" + name + "'");
                    }
                    List<RemoteServer> monitors = new ArrayList<>();
                    for (XmlElement host : source.children("host")) {
                        monitors.add(server(host, protocol));
                    }
                    yield RemoteImage.rbd(monitors, name.substring(0, slash), name.substring(slash + 1), login());
                }
            };
        } catch (IllegalArgumentException e) {
            throw unusable(String.valueOf(e.getMessage()));
        }
    }

    private RemoteImage nbd(String export) throws LibvirtException {
        List<XmlElement> hosts = source.children("host");
        if (hosts.size() == 1 && "unix".equals(hosts.get(0).attribute("transport"))) {
            String socket = hosts.get(0).attribute("socket");
            if (socket == null) {
                throw unusable("has a unix socket without a path");
            }
            return RemoteImage.nbd(socket, export);
        }
        return RemoteImage.nbd(server(RemoteProtocol.NBD), export);
    }

    private RemoteServer server(RemoteProtocol protocol) throws LibvirtException {
        List<XmlElement> hosts = source.children("host");
        if (hosts.size() != 1) {
            throw unusable("has " + hosts.size() + " hosts; only one can be used");
        }
        return server(hosts.get(0), protocol);
    }

    private RemoteServer server(XmlElement host, RemoteProtocol protocol) throws LibvirtException {
        String name = host.attribute("name");
        String port = host.attribute("port");
        return new RemoteServer(name == null ? "" : name, port == null ? protocol.port() : number(port));
    }

    private int number(String digits) throws LibvirtException {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw unusable("has '" + digits + "' where a number should be");
        }
    }

    private static String path(String name) {
        return name.startsWith("/") ? name : "/" + name;
    }

    private @Nullable RemoteLogin login() throws LibvirtException, InterruptedException {
        XmlElement auth = source.child("auth").or(() -> disk.child("auth")).orElse(null);
        String user = auth == null ? null : auth.attribute("username");
        if (auth == null || user == null) {
            return null;
        }
        XmlElement secret = auth.child("secret").orElse(null);
        if (secret == null) {
            return new RemoteLogin(user, null);
        }
        String uuid = secret.attribute("uuid");
        if (uuid == null) {
            throw unusable(
                    "names its secret by its use rather than its UUID, which cannot be looked up; add it with -a and a URI");
        }
        return new RemoteLogin(user, new Secret(lookup.secret(uuid), true));
    }

    private String required(String attribute) throws LibvirtException {
        String value = source.attribute(attribute);
        if (value == null || value.isEmpty()) {
            throw unusable("has no " + attribute);
        }
        return value;
    }

    private LibvirtException unusable(String why) {
        String target = disk.child("target").map(t -> t.attribute("dev")).orElse("one");
        return new LibvirtException("its disk " + target + " " + why);
    }
}
