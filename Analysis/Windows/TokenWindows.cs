using Steering.Analysis.Corpora;
using Steering.Models;
using Steering.Templates;
using Steering.Tokenizers;

namespace Steering.Analysis.Windows;

/// <summary>
/// Cuts documents into windows of tokens. Packed: the tokens of all documents one after the other, cut every N tokens, the
/// rest left; a token sees what stands before it in its window, whichever document that is from. Chat: one window for
/// each conversation, of its own length.
/// </summary>
public sealed class TokenWindows : IDisposable
{
    private readonly ITextTokenizer _tokenizer;
    private readonly int? _bos;
    private readonly ConversationEncoder? _conversations;
    private readonly IDisposable? _owned;

    internal TokenWindows(ITextTokenizer tokenizer, TokenWindowOptions options, int? bos, ConversationEncoder? conversations, IDisposable? owned = null)
    {
        _tokenizer = tokenizer;
        _bos = bos;
        _conversations = conversations;
        _owned = owned;
        Options = options;
    }

    /// <summary>How documents are cut.</summary>
    public TokenWindowOptions Options { get; }

    /// <summary>What decides the windows beside the text, in one line.</summary>
    public string Description => Options.Chat ? $"conversations of up to {Options.Length}" : $"packed windows of {Options.Length}, BOS {Options.Bos}";

    /// <summary>Takes the tokenizer, and for chat the template, of a model folder.</summary>
    /// <param name="modelFolder">Folder with <c>genai_config.json</c> and <c>tokenizer.json</c>.</param>
    /// <param name="options">How documents are cut, or null.</param>
    /// <param name="model">What the folder may load where a chat template needs its model, or null for the defaults.</param>
    /// <exception cref="SteeringException">The length is not possible, a BOS token is asked for that the model lacks, or the tokenizer cannot be read.</exception>
    public static TokenWindows Load(string modelFolder, TokenWindowOptions? options = null, SteerableModelOptions? model = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelFolder);
        options ??= new TokenWindowOptions();
        var config = GenAiConfig.Load(modelFolder);
        if (options.Length < 2 || options.Length > config.ContextLength)
        {
            throw new SteeringException($"Windows of {options.Length} tokens are not possible; the model takes 2 to {config.ContextLength}.");
        }

        if (options.Bos != BosPlacement.None && options.Chat)
        {
            throw new SteeringException("A chat template writes its own beginning; leave the BOS option out for conversations.");
        }

        if (options.Bos != BosPlacement.None && config.BosTokenId is null)
        {
            throw new SteeringException($"{modelFolder} names no BOS token (model.bos_token_id in {GenAiConfig.FileName}); leave the BOS option out.");
        }

        if (!options.Chat)
        {
            return new TokenWindows(TextTokenizer.Load(modelFolder), options, config.BosTokenId, conversations: null);
        }

        // The template runs in GenAI, which gives it with a loaded model only.
        var loaded = SteerableModel.Load(modelFolder, new SteerableModelOptions { VerifyWeights = false, AllowCustomOperators = model?.AllowCustomOperators ?? false });
        var conversations = new ConversationEncoder(
            text => loaded.Tokenizer.Encode(text),
            messages => loaded.Tokenizer.ApplyChatTemplate(ConversationTurn.ToMessages(messages), new ChatTemplateOptions { AddGenerationPrompt = false }));
        return new TokenWindows(TextTokenizer.Load(modelFolder), options, config.BosTokenId, conversations, loaded);
    }

    /// <summary>Reads windows.</summary>
    /// <param name="documents">What <see cref="TextCorpus.Read"/> gives.</param>
    /// <param name="counts">Receives what became of the tokens while windows are read, or null.</param>
    /// <param name="cancellationToken">Stops between documents.</param>
    /// <exception cref="SteeringException">Conversations where texts are expected or the other way round, or not enough text for one window; while reading.</exception>
    public IEnumerable<TokenWindow> Read(IEnumerable<TextDocument> documents, TokenWindowCounts? counts = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        counts ??= new TokenWindowCounts();
        return Options.Chat ? Conversations(documents, counts, cancellationToken) : Packed(documents, counts, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _owned?.Dispose();

    private IEnumerable<TokenWindow> Packed(IEnumerable<TextDocument> documents, TokenWindowCounts counts, CancellationToken cancellationToken)
    {
        var window = NewWindow(0);
        var filled = 0;
        foreach (var document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (document.Messages.Count > 0)
            {
                throw new SteeringException($"{document.Place} is a conversation; packed windows take texts. Ask for chat windows, or read the corpus as text.");
            }

            counts.Documents++;
            var ids = _tokenizer.Encode(document.Text);
            for (var next = Options.Bos == BosPlacement.Document && ids.Length > 0 ? -1 : 0; next < ids.Length;)
            {
                if (filled == 0 && Options.Bos == BosPlacement.Window)
                {
                    Put(window, ref filled, [_bos!.Value], document.Number);
                }
                else if (next < 0)
                {
                    Put(window, ref filled, [_bos!.Value], document.Number);
                    next = 0;
                }
                else
                {
                    var count = Math.Min(ids.Length - next, Options.Length - filled);
                    Put(window, ref filled, ids.AsSpan(next, count), document.Number);
                    next += count;
                }

                if (filled == Options.Length)
                {
                    counts.Windows++;
                    counts.Tokens += filled;
                    counts.Pending = ids.Length - next;
                    yield return window;
                    window = NewWindow(window.Number + 1);
                    filled = 0;
                }
            }
        }

        counts.Pending = 0;
        counts.CutOff += filled;
        if (window.Number == 0)
        {
            throw new SteeringException($"The whole text has {filled} tokens, fewer than one window of {Options.Length}. Give more text, or a shorter window.");
        }
    }

    private IEnumerable<TokenWindow> Conversations(IEnumerable<TextDocument> documents, TokenWindowCounts counts, CancellationToken cancellationToken)
    {
        foreach (var document in documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (document.Messages.Count == 0)
            {
                throw new SteeringException($"{document.Place} is a text, not a conversation. Read the corpus as chat, or use packed windows.");
            }

            counts.Documents++;
            var (ids, roles) = _conversations!.Encode(document);
            if (ids.Length == 0)
            {
                throw new SteeringException($"{document.Place}: the chat template makes no text of this conversation. Take it out of the corpus.");
            }

            var length = Math.Min(ids.Length, Options.Length);
            var owners = new long[length];
            Array.Fill(owners, document.Number);
            counts.CutOff += ids.Length - length;
            counts.Tokens += length;
            yield return new TokenWindow { Number = counts.Windows++, Ids = ids[..length], Documents = owners, Roles = roles[..length] };
        }
    }

    private static void Put(TokenWindow window, ref int filled, ReadOnlySpan<int> ids, long document)
    {
        ids.CopyTo(window.Ids.AsSpan(filled));
        window.Documents.AsSpan(filled, ids.Length).Fill(document);
        filled += ids.Length;
    }

    private TokenWindow NewWindow(long number) => new()
    {
        Number = number,
        Ids = new int[Options.Length],
        Documents = new long[Options.Length],
        Roles = new TokenRole[Options.Length],
    };
}
