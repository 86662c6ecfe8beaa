namespace Steering.Tokenizers;

/// <summary>
/// A byte-pair tokenizer read from <c>tokenizer.json</c>: byte-level (GPT-2, Llama 3, Qwen, SmolLM) and
/// SentencePiece-style (Llama 2, Mistral, TinyStories). Gives the ids of the reference implementation, including on texts where
/// GenAI's own tokenizer differs (NUL characters, characters without a token, spaces at the start). Thread-safe.
/// </summary>
public sealed class TextTokenizer : ITextTokenizer
{
    private readonly TokenizerParts _parts;
    private readonly string?[] _tokens;
    private readonly (byte[] Bytes, bool Raw)[] _bytes;
    private readonly HashSet<int> _special;
    private readonly Dictionary<string, int> _ids;

    internal TextTokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _ids = new(parts.Vocabulary, StringComparer.Ordinal);
        foreach (var token in parts.Added)
        {
            _ids[token.Content] = token.Id;
        }

        _tokens = new string?[_ids.Values.DefaultIfEmpty(-1).Max() + 1];
        _bytes = new (byte[], bool)[_tokens.Length];
        _special = [.. parts.Added.Where(token => token.Special).Select(token => token.Id)];
        foreach (var (token, id) in _ids)
        {
            _tokens[id] = token;
        }

        for (var id = 0; id < _tokens.Length; id++)
        {
            if (_tokens[id] is { } token)
            {
                _bytes[id] = parts.Decoder.Bytes(token);
            }
        }
    }

    /// <inheritdoc/>
    public int Count => _ids.Count;

    internal TokenDecoder Decoder => _parts.Decoder;

    /// <inheritdoc cref="TokenizerParts.BreaksBetweenWords"/>
    internal bool BreaksBetweenWords => _parts.BreaksBetweenWords;

    /// <summary>Reads the tokenizer of a model folder.</summary>
    /// <param name="folder">Folder with <c>tokenizer.json</c> and, mostly, <c>tokenizer_config.json</c>.</param>
    /// <exception cref="SteeringException">The file is missing, damaged, or uses a part that is not supported (named in the message).</exception>
    public static TextTokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new(TokenizerReader.Read(folder));
    }

    /// <inheritdoc/>
    public int[] Encode(string text, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>((text.Length / 3) + 4);
        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Prefix);
        }

        _parts.RawTokens.Cut(text, (piece, start, token) =>
        {
            if (token is not null)
            {
                ids.Add(token.Id);
                return;
            }

            var normalized = _parts.Normalize(piece);
            _parts.NormalizedTokens.Cut(normalized, (rest, offset, found) =>
            {
                if (found is not null)
                {
                    ids.Add(found.Id);
                    return;
                }

                _parts.Cut(rest, start == 0 && offset == 0, word => _parts.Model.Encode(word, ids));
            });
        });
        if (addSpecialTokens)
        {
            ids.AddRange(_parts.Suffix);
        }

        return [.. ids];
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var tokens = new List<(byte[], bool)>(ids.Length);
        foreach (var id in ids)
        {
            var bytes = TokenBytes(id);
            if (Token(id) is not null && (!skipSpecialTokens || !_special.Contains(id)))
            {
                tokens.Add(bytes);
            }
        }

        return _parts.Decoder.Decode(tokens);
    }

    /// <inheritdoc/>
    public int? Find(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <inheritdoc/>
    public string? Token(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <inheritdoc/>
    public bool IsSpecial(int id) => _special.Contains(id);

    /// <inheritdoc/>
    public IncrementalDetokenizer CreateDetokenizer(bool skipSpecialTokens = false) => new(this, skipSpecialTokens);

    /// <summary>
    /// The bytes of a token. A model's vocabulary is often padded beyond its tokenizer's, and it may give such an id: that has no text,
    /// as in the reference.
    /// </summary>
    internal (byte[] Bytes, bool Raw) TokenBytes(int id) => Token(id) is not null ? _bytes[id]
        : id >= 0 ? ([], true)
        : throw new SteeringException($"{id} is no token id; ids count from 0.");
}
