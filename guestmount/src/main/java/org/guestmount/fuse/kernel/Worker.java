package org.guestmount.fuse.kernel;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that receives requests and answers them until the mount is gone. */
final class Worker extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final FuseDevice device;
    private final Dispatcher dispatcher;
    private final int bufferBytes;

    /**
     * A worker, to be started.
     *
     * @param bufferBytes room for the largest request and for the largest answer
     */
    Worker(String name, FuseDevice device, Dispatcher dispatcher, int bufferBytes) {
        super(name);
        this.device = device;
        this.dispatcher = dispatcher;
        this.bufferBytes = bufferBytes;
    }

    @Override
    public void run() {
        try (NativeBuffer requests = NativeBuffer.allocate(bufferBytes);
                NativeBuffer replies = NativeBuffer.allocate(bufferBytes)) {
            Request request = new Request(requests.bytes());
            Reply reply = new Reply(replies.bytes());
            int length;
            while ((length = device.receive(requests.address(), requests.capacity())) > 0) {
                request.received(length);
                int answer = dispatcher.dispatch(request, reply);
                if (answer > 0) {
                    device.send(replies.address(), answer);
                }
            }
        } catch (IOException e) {
            LOG.error("{} has to end", getName(), e);
        }
    }
}
