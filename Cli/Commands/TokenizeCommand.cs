using System.CommandLine;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Tokenizers;

namespace Steering.Cli.Commands;

/// <summary><c>steer tokenize</c>: text to token ids, or ids to text.</summary>
internal static class TokenizeCommand
{
    public static Command Create(CliConsole console)
    {
        var command = new Command("tokenize", "Turn a text into token ids, or ids into text.");
        var model = new Argument<string>("MODEL") { Description = "Model folder, a Hugging Face folder with tokenizer.json, or sandbox." };
        var text = new Argument<string?>("TEXT") { Description = "Text to turn into ids.", Arity = ArgumentArity.ZeroOrOne };
        var ids = Values.Ids("--ids", "Ids to turn into text.");
        var special = new Option<bool>("--special-tokens") { Description = "Add the tokens that the tokenizer puts around a text, as --prompt does elsewhere." };
        var json = CommandExtensions.Json();
        command.Arguments.Add(model);
        command.Arguments.Add(text);
        command.Options.Add(ids);
        command.Options.Add(special);
        command.Options.Add(json);
        command.Validators.Add(result =>
        {
            var hasText = result.GetResult(text) is { Tokens.Count: > 0 };
            if (hasText == (result.GetResult(ids) is { Implicit: false }))
            {
                result.AddError(hasText ? "TEXT and --ids exclude each other: give one." : "Give a TEXT, or token ids with --ids.");
            }
        });
        return command
            .WithExamples(
                "steer tokenize smollm2 \"Hello world\"",
                "steer tokenize smollm2 --ids 19556,905")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                var given = parsed.Given(ids);
                var tokenizer = await Task.Run(() => TextTokenizer.Load(new SandboxNames(console).Model(parsed.GetRequiredValue(model))), cancellationToken);
                var tokens = given ?? tokenizer.Encode(parsed.GetValue(text)!, parsed.GetValue(special));
                var words = tokenizer.Decode(tokens);
                if (parsed.GetValue(json))
                {
                    Json.Write(console.Output, writer =>
                    {
                        writer.WriteNumbers("ids", tokens);
                        writer.WriteStartArray("tokens");
                        Array.ForEach(TokenTexts.Of(tokenizer, tokens), writer.WriteStringValue);
                        writer.WriteEndArray();
                        writer.WriteString("text", words);
                    });
                }
                else
                {
                    console.Output.WriteLine(given is null ? string.Join(',', tokens) : words);
                }
            });
    }
}
