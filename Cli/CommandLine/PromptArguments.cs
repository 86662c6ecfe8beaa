using System.CommandLine;
using Steering.Models;
using Steering.Tokenizers;

namespace Steering.Cli.CommandLine;

/// <summary>What a model is to read: a text, token ids, or the messages of a chat; exactly one of them.</summary>
internal sealed class PromptArguments
{
    private readonly Option<string?> _prompt = new("--prompt") { Description = "Text to read, with the tokens that the tokenizer puts around a text.", HelpName = "TEXT" };
    private readonly Option<int[]?> _ids = Values.Ids("--prompt-ids", "Token ids to read, exactly these.");
    private readonly Option<string?>? _messages;

    /// <param name="messages">Whether the command takes chat messages too.</param>
    public PromptArguments(bool messages = false)
    {
        _messages = messages ? Values.Path("--messages", "JSON file with chat messages: [{\"role\": \"user\", \"content\": \"…\"}]; '-' reads standard input.", "FILE") : null;
    }

    /// <summary>Adds the options to a command.</summary>
    public PromptArguments AddTo(Command command)
    {
        Option[] options = _messages is null ? [_prompt, _ids] : [_prompt, _ids, _messages];
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        var names = string.Join(", ", options.Select(option => option.Name));
        command.Validators.Add(result =>
        {
            var given = options.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name).ToArray();
            if (given.Length != 1)
            {
                result.AddError(given.Length == 0 ? $"A prompt is needed: give one of {names}." : $"{string.Join(" and ", given)} exclude each other: give one of {names}.");
            }
        });
        return this;
    }

    /// <summary>The prompt's token ids, from a loaded model.</summary>
    /// <exception cref="SteeringException">The prompt cannot be read.</exception>
    public int[] Encode(ParseResult parsed, ModelTokenizer tokenizer, TextReader input) =>
        parsed.Given(_ids)
        ?? (parsed.GetValue(_prompt) is { } text
            ? tokenizer.Encode(text, addSpecialTokens: true)
            : tokenizer.Encode(tokenizer.ApplyChatTemplate(MessagesFile.Read(parsed.GetValue(_messages!)!, input))));

    /// <summary>The prompt's token ids, where the model is not loaded for anything else; only a chat template needs it.</summary>
    /// <exception cref="SteeringException">The prompt cannot be read.</exception>
    public Task<int[]> EncodeAsync(ParseResult parsed, ModelArguments model, TextReader input, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (parsed.Given(_ids) is { } ids)
            {
                return ids;
            }

            if (parsed.GetValue(_prompt) is { } text)
            {
                return TextTokenizer.Load(model.Folder(parsed)).Encode(text, addSpecialTokens: true);
            }

            using var loaded = model.Load(parsed);
            return Encode(parsed, loaded.Tokenizer, input);
        },
        cancellationToken);
}
