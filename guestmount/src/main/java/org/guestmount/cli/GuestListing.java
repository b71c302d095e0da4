package org.guestmount.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.json.JsonObject;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.GuestMachine;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.jspecify.annotations.Nullable;

/**
 * The block devices of a guest, what is on them, and the operating systems that are.
 *
 * <p>The JSON is described in guestmount(1), JSON; members may be added to it, but none removed or changed.
 */
record GuestListing(List<Device> devices, List<OperatingSystem> systems) {
    private static final int SCHEMA = 1;

    /**
     * A device and what it holds.
     *
     * @param image the drive's; null for what is not a whole drive
     * @param content null if nothing is directly on it, because it is partitioned
     */
    record Device(
            BlockDevice block,
            @Nullable String image,
            @Nullable DetectedFilesystem content) {}

    GuestListing {
        devices = List.copyOf(devices);
        systems = List.copyOf(systems);
    }

    /** @param images of the drives, in their order */
    static GuestListing of(GuestMachine machine, List<String> images) throws GuestFilesystemException {
        List<BlockDevice> blocks = machine.blockDevices(images.size());
        Map<String, DetectedFilesystem> contents = new HashMap<>();
        for (DetectedFilesystem found : machine.detectFilesystems()) {
            contents.put(found.device(), found);
        }
        List<Device> devices = new ArrayList<>();
        int drives = 0;
        for (BlockDevice block : blocks) {
            // The drives come in their order, and before what is made of them.
            boolean drive = block.parent() == null && drives < images.size();
            devices.add(new Device(block, drive ? images.get(drives++) : null, contents.get(block.name())));
        }
        return new GuestListing(devices, machine.inspect());
    }

    JsonObject json() {
        return new JsonObject()
                .put("schema", SCHEMA)
                .put("devices", devices.stream().map(GuestListing::json).toList())
                .put(
                        "operating_systems",
                        systems.stream().map(GuestListing::json).toList());
    }

    private static JsonObject json(OperatingSystem system) {
        return new JsonObject()
                .put("root", system.root())
                .put("family", system.family().title())
                .put("distribution", orNull(system.distribution()))
                .put("product", orNull(system.product()))
                .put("version", orNull(system.version()))
                .put("hostname", orNull(system.hostname()))
                .put("architecture", orNull(system.architecture()))
                .put("media", system.media())
                .put("mounts", system.mounts().stream().map(GuestListing::json).toList());
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static JsonObject json(MountRequest mount) {
        return new JsonObject()
                .put("device", mount.device())
                .put("mountpoint", mount.mountpoint().display())
                .put("options", mount.options())
                .put("type", mount.type());
    }

    private static JsonObject json(Device device) {
        BlockDevice block = device.block;
        DetectedFilesystem content = device.content;
        JsonObject found = content == null
                ? null
                : new JsonObject()
                        .put("type", content.type())
                        .put("label", content.label())
                        .put("uuid", content.uuid())
                        .put("subvolumes", content.subvolumes())
                        .put("mountable", content.mountable());
        return new JsonObject()
                .put("device", block.name())
                .put("parent", block.parent())
                .put("image", device.image)
                .put("size", block.sizeBytes())
                .put("sector_size", block.logicalBlockBytes())
                .put("content", found);
    }

    /** For people. */
    String text() {
        TextTable table = new TextTable("DEVICE", "SIZE", "CONTENT", "LABEL", "UUID", "IMAGE");
        for (Device device : devices) {
            DetectedFilesystem content = device.content;
            table.add(
                    device.block.name(),
                    ByteSize.text(device.block.sizeBytes()),
                    content == null ? "partitions" : content.type(),
                    content == null ? null : content.label(),
                    content == null ? null : content.uuid(),
                    device.image);
        }
        return systems.isEmpty() ? table.toString() : table + "\n" + systemsText();
    }

    private TextTable systemsText() {
        TextTable table = new TextTable("OPERATING SYSTEM", "ROOT", "HOSTNAME", "MOUNTED BY -i");
        for (OperatingSystem system : systems) {
            String mounts = system.mounts().stream()
                    .map(mount -> mount.device() + " on " + mount.mountpoint().display())
                    .collect(Collectors.joining(", "));
            table.add(system.title(), system.root(), system.hostname(), mounts);
        }
        return table;
    }
}
