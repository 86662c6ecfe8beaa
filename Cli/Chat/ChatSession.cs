using Steering.Cli.Terminal;
using Steering.Decoding;
using Steering.Models;

namespace Steering.Cli.Chat;

/// <summary>A conversation with a model whose dials can be turned at any time.</summary>
internal sealed class ChatSession : IDisposable
{
    private readonly CliConsole _console;
    private readonly ChatSettings _settings;
    private readonly List<(string Role, string Content)> _messages = [];
    private readonly Lazy<ForwardPass> _pass;
    private string _rawText = string.Empty;

    /// <param name="console">Where the conversation takes place.</param>
    /// <param name="model">The model; it must outlive the session.</param>
    /// <param name="board">The dials.</param>
    /// <param name="settings">How replies are made.</param>
    public ChatSession(CliConsole console, SteerableModel model, DialBoard board, ChatSettings settings)
    {
        _console = console;
        _settings = settings;
        Model = model;
        Board = board;
        _pass = new Lazy<ForwardPass>(() => ForwardPass.Load(model.Folder, model.Options with { VerifyWeights = false }));
        Reset();
    }

    /// <summary>The model.</summary>
    public SteerableModel Model { get; }

    /// <summary>The dials.</summary>
    public DialBoard Board { get; }

    /// <summary>The plain graph of the model, loaded when a command first looks at residual streams.</summary>
    public ForwardPass Pass => _pass.Value;

    /// <summary>The last reply, or null before the first.</summary>
    public LastReply? LastReply { get; private set; }

    /// <summary>Token ids of the conversation so far; empty before the first message.</summary>
    public int[] ConversationIds => _settings.Raw
        ? Model.Tokenizer.Encode(_rawText, addSpecialTokens: true)
        : _messages.Count == 0 ? [] : Model.Tokenizer.Encode(Model.Tokenizer.ApplyChatTemplate(_messages, addGenerationPrompt: false));

    /// <summary>Forgets the conversation; the dials stay.</summary>
    public void Reset()
    {
        _messages.Clear();
        _rawText = string.Empty;
        LastReply = null;
        if (_settings.System is { } system)
        {
            _messages.Add(("system", system));
        }
    }

    /// <summary>Answers a message, drawing the reply while it streams. A reply that is stopped is kept as far as it came.</summary>
    /// <exception cref="SteeringException">The conversation does not fit the model.</exception>
    /// <exception cref="OperationCanceledException">The whole command was cancelled.</exception>
    public async Task ReplyAsync(string text, CancellationToken cancellationToken)
    {
        var (messages, raw) = (_messages.Count, _rawText);
        var ids = Prompt(text);
        var room = Model.ContextLength - ids.Length;
        if (room < 1)
        {
            Restore(messages, raw);
            throw new SteeringException(FormattableString.Invariant($"The conversation has {ids.Length} tokens, which fills the model's context of {Model.ContextLength}. Start again with /reset."));
        }

        using var turn = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var capture = _console.Interrupts.Capture(turn.Cancel);
        var request = new DecodeRequest { PromptIds = ids, MaxTokens = Math.Min(room, _settings.MaxTokens), Sampling = _settings.Sampling };
        var reply = new StoppableReply(ReplyDecoder.DecodeAsync(Model, request, Board, turn.Token), turn.Token);
        try
        {
            if (_console.IsInteractive)
            {
                await new ReplyView(_console, Board).ShowAsync(reply.ReadAsync(), turn.Cancel);
            }
            else
            {
                await PlainReply.ShowAsync(_console.Output, Board, reply.ReadAsync());
            }
        }
        catch
        {
            Restore(messages, raw);
            throw;
        }

        cancellationToken.ThrowIfCancellationRequested();
        LastReply = new LastReply([.. ids, .. reply.Ids], ids.Length);
        _messages.Add(("assistant", reply.Text));
        _rawText += reply.Text;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pass.IsValueCreated)
        {
            _pass.Value.Dispose();
        }
    }

    private int[] Prompt(string text)
    {
        if (_settings.Raw)
        {
            _rawText += text;
            return Model.Tokenizer.Encode(_rawText, addSpecialTokens: true);
        }

        _messages.Add(("user", text));
        try
        {
            return Model.Tokenizer.Encode(Model.Tokenizer.ApplyChatTemplate(_messages));
        }
        catch (SteeringException exception)
        {
            _messages.RemoveAt(_messages.Count - 1);
            throw new SteeringException($"{exception.Message} Or start the chat with --raw, which continues your text as it stands.", exception);
        }
    }

    private void Restore(int messages, string raw)
    {
        _messages.RemoveRange(messages, _messages.Count - messages);
        _rawText = raw;
    }
}

/// <summary>The tokens of the last reply, as they were decoded.</summary>
/// <param name="Ids">The prompt's and the reply's token ids, without the token that ended it.</param>
/// <param name="First">Where the reply begins.</param>
internal sealed record LastReply(int[] Ids, int First);

/// <summary>How replies are made.</summary>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="MaxTokens">Largest number of tokens of a reply.</param>
/// <param name="System">System message, or null.</param>
/// <param name="Raw">Whether the text is continued as it stands, without a chat template.</param>
internal sealed record ChatSettings(SamplingOptions Sampling, int MaxTokens, string? System, bool Raw);
