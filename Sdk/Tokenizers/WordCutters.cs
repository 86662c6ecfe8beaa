using System.Text;
using System.Text.Json;

namespace Steering.Tokenizers;

/// <summary>Makes word cutters from the <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class WordCutters
{
    private const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    /// <summary>The expression of a digit 0 to 9, of any script.</summary>
    public const string DecimalDigit = @"\p{Nd}";

    private const string PunctuationPattern = @"[!-/:-@\[-`{-~]|\p{P}";

    // In all of these what begins with a letter goes on with letters, and a space before a letter begins a word with it.
    private static readonly string[] SpacedPatterns =
    [
        Gpt2Pattern,
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    ];

    /// <summary>As SmolLM2 cuts: every digit alone, then GPT-2's expression.</summary>
    public static WordCutter SmolLm { get; } = Chain([Digits(individually: true, "SmolLM2"), ByteLevel(addPrefixSpace: false, useRegex: true, "SmolLM2")]);

    /// <summary>Leaves the text whole.</summary>
    public static void Whole(string text, bool isFirst, Action<string> emit) => emit(text);

    /// <summary>Reads a pre-tokenizer.</summary>
    /// <exception cref="SteeringException">It is of an unknown type or has an unknown option.</exception>
    public static WordCutter Read(JsonElement element, string source)
    {
        if (element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            return Whole;
        }

        var type = TokenizerReader.Text(element, "type", source);
        return type switch
        {
            "Sequence" => Chain([.. element.GetProperty("pretokenizers").EnumerateArray().Select(step => Read(step, source))]),
            "ByteLevel" => ByteLevel(TokenizerReader.Flag(element, "add_prefix_space", true), TokenizerReader.Flag(element, "use_regex", true), source),
            "Digits" => Digits(TokenizerReader.Flag(element, "individual_digits", false), source),
            "Split" => Split(element, source),
            "Metaspace" => Metaspace(element, source),
            "Punctuation" => Split(new UnicodeRegex(PunctuationPattern, source), element.TryGetProperty("behavior", out var behavior) ? behavior.GetString() ?? string.Empty : "Isolated", invert: false, source),
            "Whitespace" => Split(new UnicodeRegex(@"\w+|[^\w\s]+", source), "Removed", invert: true, source),
            "WhitespaceSplit" => Split(new UnicodeRegex(@"\s", source), "Removed", invert: false, source),
            "CharDelimiterSplit" => Split(new UnicodeRegex(System.Text.RegularExpressions.Regex.Escape(TokenizerReader.Text(element, "delimiter", source)), source), "Removed", invert: false, source),
            "BertPreTokenizer" => Chain([Split(new UnicodeRegex(@"\s", source), "Removed", invert: false, source), Split(new UnicodeRegex(PunctuationPattern, source), "Isolated", invert: false, source)]),
            _ => throw new SteeringException($"{source} uses the pre-tokenizer '{type}', which is not supported. Supported: BertPreTokenizer, ByteLevel, CharDelimiterSplit, Digits, Metaspace, Punctuation, Sequence, Split, Whitespace, WhitespaceSplit."),
        };
    }

    /// <summary>Whether a pre-tokenizer is known to cut before every space between two letters, and there as if nothing stood before.</summary>
    public static bool BreakBetweenWords(JsonElement element) => Breaks(element) == true;

    /// <summary>Spaces become <paramref name="replacement"/>, one is put in front, and words may stay together.</summary>
    public static WordCutter Metaspace(string replacement, string scheme, bool split, string source)
    {
        if (scheme is not ("always" or "first" or "never"))
        {
            throw new SteeringException($"{source} uses the Metaspace scheme '{scheme}', which is not supported. Supported: always, first, never.");
        }

        return (text, isFirst, emit) =>
        {
            text = text.Replace(" ", replacement, StringComparison.Ordinal);
            var prepend = string.Equals(scheme, "always", StringComparison.Ordinal) || (isFirst && string.Equals(scheme, "first", StringComparison.Ordinal));
            if (prepend && !text.StartsWith(replacement, StringComparison.Ordinal))
            {
                text = replacement + text;
            }

            if (!split)
            {
                emit(text);
                return;
            }

            var start = 0;
            for (var next = text.IndexOf(replacement, Math.Min(1, text.Length), StringComparison.Ordinal); next > 0; next = text.IndexOf(replacement, next + 1, StringComparison.Ordinal))
            {
                emit(text[start..next]);
                start = next;
            }

            emit(text[start..]);
        };
    }

    // Null: cuts elsewhere only, so that it is for the other steps to say.
    private static bool? Breaks(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        switch (element.GetProperty("type").GetString())
        {
            case "Sequence":
                bool?[] steps = [.. element.GetProperty("pretokenizers").EnumerateArray().Select(Breaks)];
                return Array.TrueForAll(steps, step => step != false) ? Array.Exists(steps, step => step == true) ? true : null : false;
            case "ByteLevel":
                return TokenizerReader.Flag(element, "add_prefix_space", true) ? false : TokenizerReader.Flag(element, "use_regex", true) ? true : null;
            case "Digits":
                return null;
            case "Split":
                var regex = !TokenizerReader.Flag(element, "invert", false)
                    && string.Equals(element.GetProperty("behavior").GetString(), "Isolated", StringComparison.Ordinal)
                    && element.GetProperty("pattern").TryGetProperty("Regex", out var pattern) ? pattern.GetString() : null;
                return string.Equals(regex, DecimalDigit, StringComparison.Ordinal) ? null : SpacedPatterns.Contains(regex, StringComparer.Ordinal);
            default:
                return false;
        }
    }

    private static WordCutter Metaspace(JsonElement element, string source) => Metaspace(
        TokenizerReader.Text(element, "replacement", source),
        element.TryGetProperty("prepend_scheme", out var scheme) ? scheme.GetString() ?? string.Empty : TokenizerReader.Flag(element, "add_prefix_space", true) ? "always" : "never",
        TokenizerReader.Flag(element, "split", true),
        source);

    private static WordCutter Chain(WordCutter[] steps) => (text, isFirst, emit) => Run(steps, 0, text, isFirst, emit);

    private static void Run(WordCutter[] steps, int step, string text, bool isFirst, Action<string> emit)
    {
        if (step == steps.Length)
        {
            emit(text);
            return;
        }

        steps[step](text, isFirst, word =>
        {
            Run(steps, step + 1, word, isFirst, emit);
            isFirst = false;
        });
    }

    private static WordCutter ByteLevel(bool addPrefixSpace, bool useRegex, string source)
    {
        var regex = useRegex ? new UnicodeRegex(Gpt2Pattern, source) : null;
        return (text, _, emit) =>
        {
            if (addPrefixSpace && !text.StartsWith(' '))
            {
                text = " " + text;
            }

            if (regex is null)
            {
                emit(ByteAlphabet.FromText(text));
            }
            else
            {
                regex.Cut(text, (word, _) => emit(ByteAlphabet.FromText(word)));
            }
        };
    }

    private static WordCutter Digits(bool individually, string source)
    {
        var regex = new UnicodeRegex(individually ? @"\p{N}" : @"\p{N}+", source);
        return (text, _, emit) => regex.Cut(text, (word, _) => emit(word));
    }

    private static WordCutter Split(JsonElement element, string source)
    {
        var pattern = element.GetProperty("pattern");
        var regex = pattern.TryGetProperty("Regex", out var expression)
            ? new UnicodeRegex(expression.GetString() ?? string.Empty, source)
            : new UnicodeRegex(System.Text.RegularExpressions.Regex.Escape(TokenizerReader.Text(pattern, "String", source)), source);
        return Split(regex, TokenizerReader.Text(element, "behavior", source), TokenizerReader.Flag(element, "invert", false), source);
    }

    /// <summary>Cuts at the matches of an expression.</summary>
    /// <param name="regex">The expression.</param>
    /// <param name="behavior">What becomes of the matches: pieces of their own, left out, or joined to what stands before or after.</param>
    /// <param name="invert">Whether what lies between the matches takes their place.</param>
    /// <param name="source">The file, for messages.</param>
    private static WordCutter Split(UnicodeRegex regex, string behavior, bool invert, string source) => behavior switch
    {
        "Isolated" => (text, _, emit) => regex.Cut(text, (word, _) => emit(word)),
        "Removed" => (text, _, emit) => regex.Cut(text, (word, matched) =>
        {
            if (matched == invert)
            {
                emit(word);
            }
        }),
        "Contiguous" => Joined(regex, (before, matched) => before == matched),
        "MergedWithPrevious" => Joined(regex, (before, matched) => matched != invert && before == invert),
        "MergedWithNext" => Joined(regex, (before, matched) => before != invert && matched == invert),
        _ => throw new SteeringException($"{source} splits with the behaviour '{behavior}', which is not supported. Supported: Isolated, Removed, Contiguous, MergedWithPrevious, MergedWithNext."),
    };

    /// <summary>Pieces of which neighbours are joined, by whether each is a match.</summary>
    private static WordCutter Joined(UnicodeRegex regex, Func<bool, bool, bool> joins) => (text, _, emit) =>
    {
        var pending = new StringBuilder();
        var before = false;
        regex.Cut(text, (word, matched) =>
        {
            if (pending.Length > 0 && !joins(before, matched))
            {
                emit(pending.ToString());
                pending.Clear();
            }

            pending.Append(word);
            before = matched;
        });
        if (pending.Length > 0)
        {
            emit(pending.ToString());
        }
    };
}

/// <summary>Cuts a text into the words that are encoded one by one.</summary>
/// <param name="text">A piece of text without added tokens.</param>
/// <param name="isFirst">Whether it starts the whole text.</param>
/// <param name="emit">Receives the words in order.</param>
internal delegate void WordCutter(string text, bool isFirst, Action<string> emit);
