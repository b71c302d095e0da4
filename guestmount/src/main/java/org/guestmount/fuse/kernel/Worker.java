package org.guestmount.fuse.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that receives requests and answers them until the mount is gone. */
final class Worker extends Thread {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final FuseDevice device;
    private final Dispatcher dispatcher;
    private final ByteBuffer requestBuffer;
    private final ByteBuffer replyBuffer;

    /**
     * @param bufferBytes room for the largest request and for the largest answer
     */
    Worker(String name, FuseDevice device, Dispatcher dispatcher, int bufferBytes) {
        super(name);
        this.device = device;
        this.dispatcher = dispatcher;
        this.requestBuffer = ByteBuffer.allocateDirect(bufferBytes).order(ByteOrder.nativeOrder());
        this.replyBuffer = ByteBuffer.allocateDirect(bufferBytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public void run() {
        Request request = new Request(requestBuffer);
        Reply reply = new Reply(replyBuffer);
        long requestAddress = FuseDevice.addressOf(requestBuffer);
        long replyAddress = FuseDevice.addressOf(replyBuffer);
        try {
            int length;
            while ((length = device.receive(requestAddress, requestBuffer.capacity())) > 0) {
                request.received(length);
                int answer = dispatcher.dispatch(request, reply);
                if (answer > 0) {
                    device.send(replyAddress, answer);
                }
            }
        } catch (IOException e) {
            LOG.error("{} has to end", getName(), e);
        }
    }
}
