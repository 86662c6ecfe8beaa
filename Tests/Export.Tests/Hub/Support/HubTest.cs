using Steering.Export.Hub;

namespace Steering.Tests.Export.Hub.Support;

/// <summary>A host, a clock and a folder to pull into.</summary>
internal sealed class HubTest : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public FakeHub Hub { get; init; } = new();

    public QuickTime Time { get; } = new();

    public string? Token { get; init; }

    public string Out => _temporary["out"];

    public List<HubPullProgress> Reports { get; } = [];

    public Func<string, long> FreeBytes { get; set; } = _ => long.MaxValue;

    /// <summary>A path in the folder.</summary>
    public string At(params string[] relative) => Path.Combine([Out, .. relative]);

    /// <summary>Bytes of parts that wait for the next time.</summary>
    public long PartBytes => Directory.Exists(At(".steer-pull")) ? Directory.GetFiles(At(".steer-pull"), "*.part").Sum(file => new FileInfo(file).Length) : 0;

    /// <summary>Files under their final names.</summary>
    public string[] Names => !Directory.Exists(Out) ? [] :
    [
        .. Directory.GetFiles(Out, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Out, file))
            .Where(name => !name.StartsWith(".steer-pull", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public HubConnection Connection => new() { Endpoint = Hub.Server.Address, Token = Token, Time = Time, Silence = QuickTime.Silence, FreeBytes = FreeBytes };

    public Task<HubPullResult> PullAsync(params string[] patterns) => PullAsync(new HubPullOptions { Repository = HubRepository.Parse(Hub.Id), Folder = Out, Patterns = patterns });

    public Task<HubPullResult> PullAsync(HubPullOptions options, CancellationToken cancellationToken = default) =>
        HubPuller.PullAsync(options, Connection, new Recorder(Reports), cancellationToken);

    /// <summary>Asserts a refusal whose message has every part, and gives the message.</summary>
    public Task<string> RefusesAsync(params string[] parts) => RefusesAsync(() => PullAsync(), parts);

    public async Task<string> RefusesAsync(Func<Task> pull, params string[] parts)
    {
        var failure = await Assert.ThrowsExactlyAsync<SteeringException>(pull, string.Join(" … ", parts));
        foreach (var part in parts)
        {
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        }

        if (Token is not null)
        {
            Assert.DoesNotContain(Token, failure.ToString());
        }

        return failure.Message;
    }

    public void Dispose()
    {
        Hub.Dispose();
        _temporary.Dispose();
    }

    private sealed class Recorder(List<HubPullProgress> reports) : IProgress<HubPullProgress>
    {
        public void Report(HubPullProgress value) => reports.Add(value);
    }
}
