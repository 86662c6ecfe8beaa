using System.Text.Json;
using Steering.Templates;
using Steering.Tokenizers;

namespace Steering.Models;

/// <summary>Text to token ids and back, and the model's chat template. Thread-safe. Nothing in it is native, so it serves on when the model is disposed.</summary>
public sealed class ModelTokenizer
{
    private readonly Lazy<TextTokenizer> _text;
    private readonly Lazy<ChatTemplates> _templates;

    internal ModelTokenizer(string folder)
    {
        // A model may have none and be given ids only; then the first text says what is missing.
        _text = new Lazy<TextTokenizer>(() => TextTokenizer.Load(folder));
        _templates = new Lazy<ChatTemplates>(() => ChatTemplates.Load(folder));
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
    public string ApplyChatTemplate(IReadOnlyList<(string Role, string Content)> messages, bool addGenerationPrompt = true) =>
        ApplyChatTemplate(messages, new ChatTemplateOptions { AddGenerationPrompt = addGenerationPrompt });

    /// <summary>The prompt that the model was trained to answer.</summary>
    /// <param name="messages">Roles and texts, in order.</param>
    /// <param name="options">Tools, documents, variables of the template, and how the prompt ends.</param>
    /// <param name="cancellationToken">Ends the application of the template.</param>
    /// <exception cref="SteeringException">The model has no chat template, or the template refuses these messages.</exception>
    public string ApplyChatTemplate(IReadOnlyList<(string Role, string Content)> messages, ChatTemplateOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(options);
        return _templates.Value.Select(options).Apply(messages, options, cancellationToken);
    }

    /// <summary>The prompt that the model was trained to answer.</summary>
    /// <param name="messages">An array of messages as transformers takes them, with <c>tool_calls</c> and whatever else the template reads.</param>
    /// <param name="options">Tools, documents, variables of the template, and how the prompt ends.</param>
    /// <param name="cancellationToken">Ends the application of the template.</param>
    /// <exception cref="SteeringException">The model has no chat template, or the template refuses these messages.</exception>
    public string ApplyChatTemplate(JsonElement messages, ChatTemplateOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return _templates.Value.Select(options).Apply(messages, options, cancellationToken);
    }
}
