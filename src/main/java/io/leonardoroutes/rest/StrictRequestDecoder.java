package io.leonardoroutes.rest;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/**
 * An HTTP/1 decoder that stops at the first request whose end is ambiguous or that violates RFC
 * 9112, against request smuggling: a proxy before this server may see a different end, and then
 * part of a body would be executed here as another caller's request. Netty alone ignores unknown
 * transfer codings, and accepts folded headers and any text after a chunk size.
 */
final class StrictRequestDecoder extends VertxHttpRequestDecoder {
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final Pattern CHUNK_SIZE =
      Pattern.compile("[0-9A-Fa-f]{1,8}(?:[ \t]*;[\t -~\u0080-\u00ff]*)?\r");

  private final Runnable broken;
  private boolean stopped;
  private boolean inHead = true;
  private byte last;
  private String fault;

  /** In a chunked body: how many bytes are left until the next chunk size. */
  private long toNextChunkSize;

  private boolean inChunks;

  /**
   * @param broken run when a body is malformed; a malformed head is passed on as invalid instead
   */
  StrictRequestDecoder(HttpServerOptions options, Runnable broken) {
    super(options);
    this.broken = broken;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    if (stopped) {
      in.skipBytes(in.readableBytes());
      return;
    }
    if (inChunks && toNextChunkSize == 0) {
      checkChunkSize(in);
      if (stopped) {
        return;
      }
    }
    int from = in.readerIndex();
    super.decode(context, in, out);
    if (inHead) {
      checkHead(in, from);
    } else if (inChunks) {
      toNextChunkSize -= in.readerIndex() - from;
    }
    for (int i = 0; i < out.size(); i++) {
      decoded(out, i);
    }
  }

  private void decoded(List<Object> out, int i) {
    HttpObject part = (HttpObject) out.get(i);
    if (part instanceof HttpRequest head) {
      begin(out, i, head);
    } else if (part.decoderResult().isFailure()) {
      out.subList(i, out.size()).clear();
      stop();
    } else if (part instanceof LastHttpContent) {
      inHead = true;
      inChunks = false;
    }
  }

  private void begin(List<Object> out, int i, HttpRequest head) {
    String why = fault == null ? fault(head.headers()) : fault;
    if (head.decoderResult().isSuccess() && why != null) {
      head.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(why)));
      out.subList(i + 1, out.size()).clear();
    }
    if (head.decoderResult().isFailure()) {
      stopped = true;
      return;
    }
    inHead = false;
    last = 0;
    inChunks = head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
    toNextChunkSize = 0;
  }

  private void stop() {
    stopped = true;
    broken.run();
  }

  /** Looks for control characters, a lone CR or LF, and folded lines in the head. */
  private void checkHead(ByteBuf in, int from) {
    for (int i = from; i < in.readerIndex(); i++) {
      byte next = in.getByte(i);
      boolean lineEnd = last == '\r' && next == '\n';
      boolean control = (next >= 0 && next < ' ' && next != '\t') || next == 0x7f;
      if (control && next != '\r' && !lineEnd || last == '\r' && !lineEnd) {
        fault = "a control character in the head";
      } else if (last == '\n' && (next == ' ' || next == '\t')) {
        fault = "a folded line in the head";
      }
      last = next;
    }
  }

  private static String fault(HttpHeaders headers) {
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (codings.size() + lengths.size() > 1) {
      return "the length is given twice";
    }
    if (!codings.isEmpty()
        && !AsciiString.contentEqualsIgnoreCase(HttpHeaderValues.CHUNKED, codings.get(0))) {
      return "a transfer coding that is not chunked";
    }
    if (!lengths.isEmpty() && !LENGTH.matcher(lengths.get(0)).matches()) {
      return "a length that is not a number";
    }
    if (headers.getAll(HttpHeaderNames.HOST).size() > 1) {
      return "the host is given twice";
    }
    if (headers.contains("")) {
      return "a header without a name";
    }
    // Early WebSocket drafts: Netty would read eight bytes of body although no length is given.
    return headers.contains("Sec-WebSocket-Key1") ? "a WebSocket of a draft" : null;
  }

  /** Checks the line with the chunk size before the decoder reads it. */
  private void checkChunkSize(ByteBuf in) {
    int end = in.bytesBefore((byte) '\n');
    if (end < 0) {
      return;
    }
    String line = in.toString(in.readerIndex(), end, StandardCharsets.ISO_8859_1);
    if (!CHUNK_SIZE.matcher(line).matches()) {
      in.skipBytes(in.readableBytes());
      stop();
      return;
    }
    long size = Long.parseLong(line.split("[ \t;\r]", 2)[0], 16);
    if (size == 0) {
      // Only trailers follow.
      inChunks = false;
    } else {
      toNextChunkSize = end + 1 + size + 2;
    }
  }
}
