package io.leonardoroutes.leonardo;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What the words of an error prove. They are foreign text that may quote a prompt, so only words at
 * the beginning, or a fault beside the name of what has it, count.
 */
final class ErrorWords {

  /** It may quote the prompt, and that may say anything. */
  private static final Pattern ABOUT_THE_PROMPT = Pattern.compile("(?i)prompt|moderation");

  private static final Pattern TOO_MANY =
      Pattern.compile(
          "(?i)too many (requests|(pending|concurrent|queued|active|running) \\w+|jobs|generations)"
              + "|rate limit|queue (is |size )?(full|exceeded)|queue limit|concurrency limit"
              + "|(pending|concurrent|queued) (jobs?|generations?|requests?) (limit|exceeded)"
              + "|maximum (number of )?(pending|concurrent|queued)");

  /** The words of the documentation. */
  private static final Pattern BAD_KEY =
      Pattern.compile(
          "(?i)(authentication hook unauthorized this request"
              + "|invalid response from authorization hook)\\b");

  /** The first two were seen, one with the user's id behind it; the others are like them. */
  private static final Pattern NO_BALANCE =
      Pattern.compile(
          "(?i)(not enough api tokens|insufficient tokens"
              + "|(you (do not|don't) have enough|you have insufficient|not enough|insufficient)"
              + " ((api|paid|subscription|account) )?(tokens?|credits?|balance|funds)"
              + "|(you are |you're )?out of ((api|paid) )?(tokens|credits)"
              + "|no ((api|paid) )?(tokens|credits) (left|remaining))\\b");

  /** "You are suspended for violating our user agreement" was seen; the others are like it. */
  private static final Pattern SUSPENDED =
      Pattern.compile(
          "(?i)(you|(your|the|this) (account|user|subscription|api"
              + " access|organi[sz]ation|team)|(account|user)) ?(is|are|was|were|has been|have"
              + " been)? ?(currently|temporarily|permanently)?"
              + " ?(suspended|banned|blocked|disabled|deactivated|locked|restricted|terminated)\\b");

  /** The words of the documentation. */
  private static final Pattern UNKNOWN_PICTURE =
      Pattern.compile(
          "(?i)(invalid init image|couldn't access image|failed to find init variation)");

  private static final Pattern DOCUMENTED =
      Pattern.compile(
          "(?i)(authentication hook unauthorized this request|content moderation filter"
              + "|your prompt appears to contain|expected an? .{1,80} for type"
              + "|expecting a value for non-nullable|unexpected variable"
              + "|\\S{1,200} is not supported within the production api|invalid init image"
              + "|couldn't access image|failed to find init variation|parameters\\.\\w)");

  /** The request is checked before anything is done for it. */
  private static final Pattern VALIDATION =
      Pattern.compile(
          "(?i)\\bexpect(ed|ing) an?"
              + " (value|boolean|string|number|integer|int|float|object|array|list|enum)\\b|non-nullable|\\bunexpected"
              + " (variables?|field|key|property|argument)|not found in type|validation"
              + " (failed|error)|\\b(unknown|missing|missing"
              + " required|invalid|unsupported|unrecognized)"
              + " (fields?|keys?|propert(y|ies)|parameters?|arguments?|variables?|inputs?|enum)\\b");

  private static final List<String> VALIDATION_CODES =
      List.of("validation-failed", "bad_user_input", "graphql_validation_failed");

  private static final Pattern FIELD =
      Pattern.compile(
          "(?i)\\b(prompt|duration|width|height|mode|model|image|video|frame|guidances?|quantity"
              + "|public|audio|seed|style|resolution|aspect|parameters?|init|reference)");

  private static final Pattern FAULT =
      Pattern.compile(
          "(?i)\\b(invalid|must|required|not (a |an )?(valid|allowed|supported|permitted|found)"
              + "|unsupported|too (long|short|large|small|big|many|few)|exceeds?|at (most|least)"
              + "|between|unknown|inappropriate|out of range|maximum|minimum|does not exist)\\b");

  /** Something behind the one that answers has the request, or had it. */
  private static final Pattern OPEN =
      Pattern.compile(
          "(?i)\\btim(e|ed|ing)[ -]?out|deadline exceeded|\\bupstream\\b|bad gateway|gateway"
              + " error|http exception|internal (server )?error|service error|\\bfailed to"
              + " (fetch|connect)|(service|server|temporarily|currently) (is )?unavailable|missing"
              + " ['\"]?data['\"]? field|from remote|remote (schema|server|host|service)|no"
              + " response|\\balready (been |being )?(in progress|exist|runn|process|queued|pending"
              + "|submitted|started|created|accepted|made|generat|complete|done|received|sent)|\\bduplicated?"
              + " (request|generation|job|call|submission)|\\bin progress\\b|connection (was"
              + " )?(reset|closed|refused|aborted|lost|terminated)|socket hang"
              + " ?up|\\beconn|\\betimedout|unexpected (eof|end)|broken pipe|\\bwebhook\\b|in"
              + " response|response from (?!authorization hook)");

  private static final Pattern OPEN_PAGE = Pattern.compile("(?i)\\btim(e|ed)[ -]?out|\\bupstream");

  private ErrorWords() {}

  /** Whether they are about how much is asked at once. Not documented, and so a narrow guess. */
  static boolean tooMany(String said) {
    return !ABOUT_THE_PROMPT.matcher(said).find() && TOO_MANY.matcher(said).find();
  }

  static boolean badKey(String said) {
    return begins(said, BAD_KEY);
  }

  static boolean noBalance(String said) {
    return begins(said, NO_BALANCE);
  }

  static boolean suspended(String said) {
    return begins(said, SUSPENDED);
  }

  static boolean unknownPicture(String said) {
    return begins(said, UNKNOWN_PICTURE);
  }

  private static boolean begins(String said, Pattern words) {
    return !ABOUT_THE_PROMPT.matcher(said).find() && words.matcher(said).lookingAt();
  }

  /** Whether they name what is wrong with the request or the account. */
  static boolean nameAFault(String said) {
    return begin(said)
        || (!leaveItOpen(said)
            && (VALIDATION.matcher(said).find()
                || (FIELD.matcher(said).find() && FAULT.matcher(said).find())));
  }

  private static boolean begin(String said) {
    return DOCUMENTED.matcher(said).lookingAt()
        || noBalance(said)
        || suspended(said)
        || tooMany(said);
  }

  /** Whether a code says that the request was found wrong before anything was done. */
  static boolean isOfValidation(String code) {
    return VALIDATION_CODES.contains(code.toLowerCase(Locale.ROOT));
  }

  /** Whether they tell of a fault on the way, whatever status stands beside them. */
  static boolean leaveItOpen(String said) {
    return !begin(said) && OPEN.matcher(said).find();
  }

  /** The same of the page of a gateway, which has many other words. */
  static boolean pageLeavesItOpen(String page) {
    return page.contains("generationId") || OPEN_PAGE.matcher(visible(page)).find();
  }

  /** What a person would read of a page. */
  static String visible(String page) {
    return page.replaceAll("(?is)<(script|style)\\b.{0,100000}?</\\1>", " ")
        .replaceAll("<[^>]{0,1000}>", " ")
        .replaceAll("\\s+", " ")
        .strip();
  }
}
