package io.leonardoroutes.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The network before a database: cut, it says nothing, and neither takes nor ends a connection. */
final class SqliteWire implements AutoCloseable {
  private final ServerSocket server;
  private final int database;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean cut;

  SqliteWire(int database) throws IOException {
    this.database = database;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(
        () -> {
          while (true) {
            Socket near = opened(server.accept());
            Socket far = opened(new Socket(InetAddress.getLoopbackAddress(), this.database));
            daemon(() -> copy(near.getInputStream(), far.getOutputStream()));
            daemon(() -> copy(far.getInputStream(), near.getOutputStream()));
          }
        });
  }

  int port() {
    return server.getLocalPort();
  }

  void cut(boolean now) {
    cut = now;
  }

  private Socket opened(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private void copy(InputStream in, OutputStream out) throws IOException {
    byte[] bytes = new byte[8192];
    for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
      if (!cut) {
        out.write(bytes, 0, read);
        out.flush();
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void daemon(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // it was closed
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
