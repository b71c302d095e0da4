package org.guestmount.appliance.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.guestmount.core.appliance.ApplianceException;

/**
 * The classes that run inside the appliance, taken from this program's own class path into one jar that is not compressed: one
 * file to open, nothing to inflate, and the whole is compressed with the initramfs.
 */
final class DaemonJar {
    static final String MAIN_CLASS = "org.guestmount.appliance.daemon.Main";

    /** The native half of jffi; unpacked beforehand, or else it is written to /tmp at every start. */
    private static final String NATIVE_LIBRARY = "jni/x86_64-Linux/libjffi-1.2.so";

    /** The packages to take, each with a class that shows where on the class path they are. */
    private static final Map<String, String> PACKAGES = Map.ofEntries(
            Map.entry("org/guestmount/core/fs/", "GuestFilesystem"),
            Map.entry("org/guestmount/core/machine/", "GuestMachine"),
            Map.entry("org/guestmount/core/protocol/", "Frame"),
            Map.entry("org/guestmount/core/appliance/", "Appliance"),
            Map.entry("org/guestmount/appliance/daemon/", "Main"),
            Map.entry("org/guestmount/appliance/ext/", "InodeTable"),
            Map.entry("org/guestmount/appliance/inspect/", "Inspection"),
            Map.entry("com/kenai/jffi/", "Foreign"));

    private final ClassLoader loader;
    private final List<Path> sources = new ArrayList<>();
    private final byte[] jar;
    private final byte[] nativeLibrary;
    private final String builderDigest;

    /**
     * @param loader where the classes are
     */
    DaemonJar(ClassLoader loader) throws IOException {
        this.loader = loader;
        this.jar = jarOf(PACKAGES);
        this.nativeLibrary = readNativeLibrary();
        this.builderDigest = Recipe.sha256(jarOf(Map.of("org/guestmount/appliance/image/", "DaemonJar")));
    }

    /** The jars and folders the classes were taken from. */
    List<Path> sources() {
        return sources;
    }

    byte[] jar() {
        return jar;
    }

    byte[] nativeLibrary() {
        return nativeLibrary;
    }

    /** Of the classes, and of those that build the appliance: another builder makes another appliance of the same inputs. */
    String digest() {
        return Recipe.sha256(jar) + Recipe.sha256(nativeLibrary) + builderDigest;
    }

    private byte[] jarOf(Map<String, String> packages) throws IOException {
        TreeMap<String, byte[]> classes = new TreeMap<>();
        for (Map.Entry<String, String> wanted : packages.entrySet()) {
            collect(wanted.getKey(), wanted.getValue(), classes);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> named : classes.entrySet()) {
                zip.putNextEntry(stored(named.getKey(), named.getValue()));
                zip.write(named.getValue());
            }
        }
        return out.toByteArray();
    }

    private byte[] readNativeLibrary() throws IOException {
        try (InputStream in = loader.getResourceAsStream(NATIVE_LIBRARY)) {
            if (in == null) {
                throw new ApplianceException(
                        "the class path lacks " + NATIVE_LIBRARY + " (jffi); reinstall guestmount");
            }
            return in.readAllBytes();
        }
    }

    private void collect(String packagePath, String witness, Map<String, byte[]> into) throws IOException {
        URL found = loader.getResource(packagePath + witness + ".class");
        if (found == null) {
            throw new ApplianceException(
                    "the class path lacks " + packagePath.replace('/', '.') + witness + "; reinstall guestmount");
        }
        try {
            URI place = found.toURI();
            if (place.getScheme().equals("jar")) {
                String text = place.getRawSchemeSpecificPart();
                Path jar = Path.of(new URI(text.substring(0, text.indexOf("!/"))));
                sources.add(jar);
                try (FileSystem zip = FileSystems.newFileSystem(jar)) {
                    read(zip.getPath("/"), packagePath, into);
                }
            } else {
                Path folder = Path.of(place)
                        .resolve("../".repeat(packagePath.split("/").length + 1))
                        .normalize();
                sources.add(folder.resolve(packagePath));
                read(folder, packagePath, into);
            }
        } catch (URISyntaxException e) {
            throw new IOException("cannot read classes from " + found, e);
        }
    }

    private static void read(Path root, String packagePath, Map<String, byte[]> into) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve(packagePath))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = root.relativize(file).toString();
                if (name.endsWith(".class")) {
                    into.put(name, Files.readAllBytes(file));
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static ZipEntry stored(String name, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(java.time.LocalDateTime.of(2001, 9, 9, 1, 46, 40));
        return entry;
    }
}
