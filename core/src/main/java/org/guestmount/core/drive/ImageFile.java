package org.guestmount.core.drive;

import java.nio.file.Path;
import org.guestmount.core.json.JsonObject;

/**
 * One file of this host that holds an image.
 *
 * @param path absolute
 */
public record ImageFile(Path path, boolean blockDevice) implements ImageStorage {
    static ImageFile of(Path path) {
        return new ImageFile(path, ImageFiles.isBlockDevice(path));
    }

    @Override
    public String fileName() {
        return path.toString();
    }

    @Override
    public JsonObject node(boolean readOnly, boolean shared) {
        JsonObject node = new JsonObject()
                .put("driver", blockDevice ? "host_device" : "file")
                .put("filename", path.toString());
        if (shared) {
            node.put("locking", "off");
        }
        if (!readOnly) {
            node.put("discard", "unmap");
        }
        return node;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
