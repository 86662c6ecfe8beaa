using Steering.Feed;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancellation.Cancel();
};

try
{
    var options = FeedOptions.Parse(args);
    var feed = new PackageFeed(options.Root, new NpmClient(), Console.WriteLine, SourceProbe.AskAsync);
    await feed.PrepareAsync(options.Gpu ? Recipes.Gpu : Recipes.Cpu, options.Stamp, cancellation.Token);
    return 0;
}
catch (FeedException problem)
{
    // MSBuild's own form, so that the sentence shows up as the build's error.
    Console.Error.WriteLine($"Feed : error FEED001: {problem.Message.ReplaceLineEndings(" ")}");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Feed : error FEED002: Interrupted; nothing half-made was left. The next build starts again.");
    return 1;
}
