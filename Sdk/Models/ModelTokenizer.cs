using System.Text.Json;
using Microsoft.ML.OnnxRuntimeGenAI;
using Steering.Tokenizers;

namespace Steering.Models;

/// <summary>Text to token ids and back, and the model's chat template. Thread-safe. Without its model, the chat template is gone; text is still encoded and decoded.</summary>
public sealed class ModelTokenizer : IDisposable
{
    private readonly Lazy<TextTokenizer> _text;
    private readonly Lazy<Tokenizer> _template;
    private readonly Lock _templateLock = new();
    private readonly string _folder;
    private bool _disposed;

    internal ModelTokenizer(Model model, string folder)
    {
        // A model may have none and be given ids only; then the first text says what is missing.
        _text = new Lazy<TextTokenizer>(() => TextTokenizer.Load(folder));
        _template = new Lazy<Tokenizer>(() => new Tokenizer(model));
        _folder = folder;
    }

    /// <summary>Token ids of a text. Special tokens written in the text, such as <c>&lt;|im_end|&gt;</c>, become their ids.</summary>
    /// <param name="text">The text.</param>
    /// <param name="addSpecialTokens">Whether the tokens that the model expects around a text, such as BOS, are added. Chat templates write them themselves.</param>
    public int[] Encode(string text, bool addSpecialTokens = false) => _text.Value.Encode(text, addSpecialTokens);

    /// <summary>Text of token ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false) => _text.Value.Decode(ids, skipSpecialTokens);

    /// <summary>A decoder that is given one token at a time and keeps incomplete characters back. Not thread-safe.</summary>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public IncrementalDetokenizer CreateDetokenizer(bool skipSpecialTokens = false) => _text.Value.CreateDetokenizer(skipSpecialTokens);

    /// <summary>The prompt that the model was trained to answer.</summary>
    /// <param name="messages">Roles and texts, in order.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends with the opening of the assistant's turn.</param>
    /// <exception cref="SteeringException">The model has no chat template, or the template refuses these messages.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    public string ApplyChatTemplate(IReadOnlyList<(string Role, string Content)> messages, bool addGenerationPrompt = true)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var json = JsonSerializer.Serialize(messages.Select(message => new Dictionary<string, string>(StringComparer.Ordinal) { ["role"] = message.Role, ["content"] = message.Content }));
        try
        {
            // Nothing is documented about two threads in one native template, and a lock costs microseconds.
            lock (_templateLock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return _template.Value.ApplyChatTemplate(null, json, null, addGenerationPrompt);
            }
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw new SteeringException($"The chat template of {_folder} cannot be applied: {exception.Message} Give the prompt as plain text, or a model folder whose tokenizer_config.json holds a chat_template.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_templateLock)
        {
            if (!_disposed && _template.IsValueCreated)
            {
                _template.Value.Dispose();
            }

            _disposed = true;
        }
    }
}
