using System.Text.Json;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Steering.Models;

/// <summary>Text to token ids and back, and the model's chat template. Thread-safe.</summary>
public sealed class ModelTokenizer : IDisposable
{
    private readonly Tokenizer _native;
    private readonly string _folder;

    internal ModelTokenizer(Model model, string folder)
    {
        _native = new Tokenizer(model);
        _folder = folder;
    }

    /// <summary>Token ids of a text. Special tokens written in the text, such as <c>&lt;|im_end|&gt;</c>, become their ids.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using var sequences = _native.Encode(text);
        return sequences[0].ToArray();
    }

    /// <summary>Text of token ids.</summary>
    public string Decode(ReadOnlySpan<int> ids) => ids.IsEmpty ? string.Empty : _native.Decode(ids);

    /// <summary>A decoder that is given one token at a time and keeps incomplete characters back.</summary>
    public TokenizerStream CreateStream() => _native.CreateStream();

    /// <summary>The prompt that the model was trained to answer.</summary>
    /// <param name="messages">Roles and texts, in order.</param>
    /// <param name="addGenerationPrompt">Whether the prompt ends with the opening of the assistant's turn.</param>
    /// <exception cref="SteeringException">The model has no chat template, or the template refuses these messages.</exception>
    public string ApplyChatTemplate(IReadOnlyList<(string Role, string Content)> messages, bool addGenerationPrompt = true)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var json = JsonSerializer.Serialize(messages.Select(message => new Dictionary<string, string>(StringComparer.Ordinal) { ["role"] = message.Role, ["content"] = message.Content }));
        try
        {
            return _native.ApplyChatTemplate(null, json, null, addGenerationPrompt);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw new SteeringException($"The chat template of {_folder} cannot be applied: {exception.Message} Give the prompt as plain text, or a model folder whose tokenizer_config.json holds a chat_template.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _native.Dispose();
}
