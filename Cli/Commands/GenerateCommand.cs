using System.CommandLine;
using System.Diagnostics;
using Steering.Cli.CommandLine;
using Steering.Cli.Output;
using Steering.Cli.Terminal;
using Steering.Decoding;

namespace Steering.Cli.Commands;

/// <summary><c>steer generate</c>: one completion, as text while it comes or as one JSON object.</summary>
internal static class GenerateCommand
{
    private const int DefaultMaxTokens = 128;

    public static Command Create(CliConsole console)
    {
        var command = new Command("generate", "Continue a prompt, steered by policies.");
        var model = new ModelArguments(console).AddTo(command);
        var prompt = new PromptArguments(messages: true).AddTo(command);
        var steering = new SteeringArguments(model, watch: true).AddTo(command);
        var sampling = new SamplingArguments(DefaultMaxTokens).AddTo(command);
        var json = CommandExtensions.Json();
        command.Options.Add(json);
        return command
            .WithExamples(
                "steer generate smollm2 --prompt \"The capital of France is\" --max-tokens 8",
                "steer generate smollm2 --messages chat.json --policy calm.json --json",
                "steer generate stories --prompt-ids 1,80,147,201 --temperature 0.8 --seed 7")
            .AnswersAtOnce()
            .Runs(async (parsed, cancellationToken) =>
            {
                var start = Stopwatch.GetTimestamp();
                var report = new GenerationReport();
                using var loaded = await Task.Run(() => model.Load(parsed), cancellationToken);
                var policy = steering.Compile(parsed, loaded.Manifest, loaded.Folder);
                var request = new DecodeRequest
                {
                    PromptIds = prompt.Encode(parsed, loaded.Tokenizer, console.Input),
                    MaxTokens = sampling.MaxTokens(parsed),
                    Sampling = sampling.Sampling(parsed),
                    StopSequences = sampling.StopSequences(parsed),
                    Policy = policy,
                };
                report.Loaded(request, Stopwatch.GetElapsedTime(start));
                var decoder = new GenAiDecoder(loaded);
                if (parsed.GetValue(json))
                {
                    await foreach (var token in decoder.DecodeAsync(request, cancellationToken))
                    {
                        report.Add(token);
                    }

                    report.WriteJson(console.Output);
                }
                else
                {
                    await WriteTextAsync(console.Output, decoder.DecodeAsync(request, cancellationToken));
                }
            });
    }

    private static async Task WriteTextAsync(TextWriter output, IAsyncEnumerable<DecodedToken> tokens)
    {
        var begun = false;
        try
        {
            await foreach (var token in tokens)
            {
                await output.WriteAsync(token.Text);
                await output.FlushAsync();
                begun = true;
            }
        }
        finally
        {
            if (begun)
            {
                await output.WriteLineAsync();
            }
        }
    }
}
