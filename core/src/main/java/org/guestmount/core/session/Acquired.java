package org.guestmount.core.session;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Things acquired one after the other, and released in reverse; a failure to release one does not keep the others. */
final class Acquired implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Acquired.class);

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();

    <T extends AutoCloseable> T add(T resource) {
        resources.push(resource);
        return resource;
    }

    /** They have another owner now: closing this does nothing any more. */
    void handOver() {
        resources.clear();
    }

    @Override
    public void close() {
        while (!resources.isEmpty()) {
            AutoCloseable resource = resources.pop();
            try {
                resource.close();
            } catch (Exception e) {
                LOG.warn("cannot release {}", resource, e);
            }
        }
    }
}
