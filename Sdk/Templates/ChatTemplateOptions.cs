using System.Text.Json;

namespace Steering.Templates;

/// <summary>What goes with a conversation when a chat template is applied to it.</summary>
public sealed record ChatTemplateOptions
{
    /// <summary>Names that the template is given anyway.</summary>
    private static readonly string[] Taken = ["messages", "tools", "documents", "add_generation_prompt"];

    /// <summary>The tools that the model may call, each as transformers takes it (<c>{"type": "function", "function": {…}}</c>); none by default.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Documents to answer from; none by default.</summary>
    public JsonElement? Documents { get; init; }

    /// <summary>Whether the prompt ends with the opening of the assistant's turn. By default it does, unless the last message is continued.</summary>
    public bool? AddGenerationPrompt { get; init; }

    /// <summary>Whether the prompt ends within the last message, for the model to go on with it.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>Which of several templates is applied; by default <c>tool_use</c> with tools where there is one, and <c>default</c> otherwise.</summary>
    public string? TemplateName { get; init; }

    /// <summary>
    /// Further variables that the template reads, such as <c>enable_thinking</c>: texts, numbers, booleans, null, JSON elements and nodes,
    /// and lists and dictionaries of these.
    /// </summary>
    public IReadOnlyDictionary<string, object?> Variables { get; init; } = new Dictionary<string, object?>(StringComparer.Ordinal);

    /// <summary>The clock of <c>strftime_now</c>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal bool GenerationPrompt => AddGenerationPrompt ?? !ContinueFinalMessage;

    internal void Validate()
    {
        if (ContinueFinalMessage && GenerationPrompt)
        {
            throw new SteeringException($"{nameof(ContinueFinalMessage)} and {nameof(AddGenerationPrompt)} are both set: the prompt ends within the last message or opens a new one. Set one of them.");
        }

        foreach (var name in Taken)
        {
            if (Variables.ContainsKey(name))
            {
                throw new SteeringException($"The variable {name} is one that every template is given; use the messages, {nameof(Tools)}, {nameof(Documents)} or {nameof(AddGenerationPrompt)} instead.");
            }
        }
    }
}
