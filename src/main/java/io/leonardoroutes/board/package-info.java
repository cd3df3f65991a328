/**
 * The board: pages for operators, at {@code /board} on the port of the REST routes. {@link
 * io.leonardoroutes.board.BoardResource} makes the pages, from the templates in {@code
 * leonardo-routes/board/}; {@code board.camel.yaml} shows which path is which.
 *
 * <p>It reads the ledger, and changes nothing: its buttons call the steps that REST calls.
 */
package io.leonardoroutes.board;
