using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Steering;
using Steering.Analysis.Evaluation;
using Steering.Analysis.Sources;
using Steering.Catalogues;
using Steering.Chat;
using Steering.Export.Cuts;
using Steering.Policies;
using Steering.Tokenizers;
using Steering.Training.Autoencoders;
using Steering.Training.Trainer;

if (args is not [var modelFolder, var site, var text, var word, var output])
{
    Console.Error.WriteLine("usage: dotnet run --project Samples/TrainAndSteer -- MODEL SITE TEXT WORD OUT");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
try
{
    // Text in: the model's residual stream at the site, harvested while the autoencoder trains on it.
    if (!Directory.Exists(output))
    {
        var cut = SiteCut.Load(modelFolder);
        using var source = ActivationSources.Open(new ActivationSourceOptions { Cut = cut, Site = site, TextPath = text });
        var options = new TrainingOptions
        {
            Autoencoder = new TopKSettings { K = 32 },
            LatentCount = 8 * source.HiddenSize,
            Tokens = source.CountTokens(stop.Token),
        };
        using var run = TrainingRun.Open([new("sae", options)], source, output + ".training", resume: true, stop.Token);
        run.Complete(progress: new Progress<IReadOnlyList<TrainingStep>>(step => Console.Error.Write($"\rstep {step[0].Step} of {options.Steps}, FVU {step[0].FractionUnexplained:F3}  ")), cancellationToken: stop.Token);

        // SAE out: weights, report, catalogue of features, ONNX graphs.
        var tokens = TextTokenizer.Load(modelFolder).Encode(File.ReadAllText(text), addSpecialTokens: false);
        var written = new TrainingOutput { Cut = cut, Site = site, Windows = EvaluationWindow.Cut(tokens.ToArray(), 256, 100), Corpus = Path.GetFileName(text) };
        Console.Error.WriteLine($"\nFVU {written.Write(run, output, cancellationToken: stop.Token)[0].Evaluation!.Reconstruction.UnexplainedVariance:F3}");
    }

    // A dial: the feature whose strongest examples have the word.
    using var catalogue = FeatureCatalogue.Open(Path.Combine(output, FeatureCatalogue.FileName));
    if (catalogue.Search(word, 1) is not [var found])
    {
        Console.Error.WriteLine($"No feature's examples have the word '{word}'. Try another, or train on more text.");
        return 1;
    }

    var feature = found.Feature.Latent;
    Console.WriteLine($"Feature {feature}: {found.AtPeak} of its strongest examples peak at '{word}'. Steered by 2 × its maximum:");

    // Steered chat.
    var builder = Host.CreateApplicationBuilder();
    builder.Services.AddSteering(steering =>
    {
        steering.ModelPath = modelFolder;
        steering.Saes["sae"] = output;
        steering.Policies["dial"] = SteeringPolicy.Create("dial").Add(Feature.Of("sae", feature), 2, StrengthUnit.MaxActivation);
    });
    builder.Services.AddSteeredChatClient(chat => chat.MaxOutputTokens = 128);
    using var host = builder.Build();
    await host.StartAsync(stop.Token);
    var client = host.Services.GetRequiredService<IChatClient>();
    for (Console.Write("> "); Console.ReadLine() is { } line; Console.Write("> "))
    {
        Console.WriteLine($"plain:   {await client.GetResponseAsync(line, cancellationToken: stop.Token)}");
        Console.WriteLine($"steered: {await client.GetResponseAsync(line, new ChatOptions().WithSteering("dial"), stop.Token)}");
    }

    return 0;
}
catch (SteeringException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("\nStopped; the same command goes on from here.");
    return 130;
}
